# wall: drawn by iorace from run.ndjson. `gnuplot wall.gp` in this directory draws it again.

NAME = 'wall'
FORMATS = 'svg png'
WIDTH = 1600
PANELS = 2
array LEFT[2] = [356.4, 356.4]
array RIGHT[2] = [1560, 1560]
array TOP[2] = [202, 558]
array BOTTOM[2] = [390, 746]
array SCALE[2] = [1, 1]
array XMAX[2] = [8.01689071, 5.36846754]
array ROWS[2] = [3, 3]
array XTICS[2] = ['"0" 0, "1" 1, "2" 2, "3" 3, "4" 4, "5" 5, "6" 6, "7" 7, "8" 8', '"0" 0, "1" 1, "2" 2, "3" 3, "4" 4, "5" 5']
BAR_FROM = -0.34
BAR_MIDDLE = 0
BAR_TO = 0.34
HEIGHT = 909
TEXT_BLOCKS = 7
array TEXT_STYLE[7] = [1, 2, 3, 4, 4, 5, 6]
array TEXT_ALIGN[7] = [0, 0, 0, 0, 2, 0, 0]
MARKERS = 0
DOTTED = 0
LINES = 0

# The look of every chart. Copied into each script after its variables (NAME, WIDTH, HEIGHT, texts, marks), so that a script
# needs nothing but the data files beside it. Positions are pixels from the top left corner.
reset
set encoding utf8
set datafile separator "\t"
set colorsequence podo

# A runner has the same colour, dash and marker in every chart. Hues are podo's (told apart by colour-blind people, too),
# some a little lighter or darker, so that on grey paper each is at least five steps of lightness (L*) from any other;
# markers and dashes carry the difference without any hue. Widths differ so that of two lines on the same course both are
# seen: what is drawn first (ON_TOP is the order) is wider than what is drawn over it.
array LINE_WIDTH[9] = [3, 8, 4, 2, 5, 9, 7, 6, 5]
set linetype 1 lc rgb "#4a4a4a" lw LINE_WIDTH[1] dt (6, 4)         pt 4  # serial
set linetype 2 lc rgb "#e69f00" lw LINE_WIDTH[2] dt (10, 3)        pt 9  # threads
set linetype 3 lc rgb "#0072b2" lw LINE_WIDTH[3] dt solid          pt 7  # coroutines
set linetype 4 lc rgb "#000000" lw LINE_WIDTH[4] dt (1, 4)         pt 2  # null
set linetype 5 lc rgb "#d184af" lw LINE_WIDTH[5] dt (10, 3, 2, 3)  pt 6  # blocking-coroutines
set linetype 6 lc rgb "#cb5900" lw LINE_WIDTH[6] dt (4, 2)         pt 5  # processes
set linetype 7 lc rgb "#009e73" lw LINE_WIDTH[7] dt (14, 3, 4, 3)  pt 13 # executor
set linetype 8 lc rgb "#7fc6ee" lw LINE_WIDTH[8] dt (2, 2)         pt 11 # coroutines-multi
set linetype 9 lc rgb "#6b5d00" lw LINE_WIDTH[9] dt (10, 3, 2, 3, 2, 3) pt 3 # a runner that is not in this list
RUNNERS = 9
array MARKER[9] = [4, 9, 7, 2, 6, 5, 13, 11, 3]
array MARKER_SIZE[9] = [1.8, 2.6, 1.5, 1.8, 1.9, 2.4, 2.4, 2.2, 1.8]
array ON_TOP[9] = [6, 2, 7, 8, 9, 5, 4, 1, 3]

INK = "#222222"
FAINT = "#dddddd"
MIDDLE = "#999999"
SOFT = "#666666"
ALARM = "#b00020"

# Texts: 1 title, 2 heading, 3 number, 4 body, 5 note, 6 caption, 7 alarm. The smallest are 14 px where a wide chart is
# shown 1,100 px wide, or a narrow one 340.
array TEXT_SIZE[7] = [38, 28, 29, 24, 21, 21, 21]
TEXT_IS_BOLD = "1 1 1 0 0 0 1"
TEXT_COLOUR = "#111111 #111111 #111111 #333333 #666666 #666666 #b00020"

# The SVG terminal of gnuplot 5.4 knows bold type only as markup, which must be off here, since texts are not ours; so the
# attribute rides in with the family's name. PNG has a notation for it.
PLAIN = "sans-serif"
BOLD(format) = format eq "svg" ? 'sans-serif" font-weight="bold' : "sans-serif:Bold"
FONT(style, format) = sprintf("%s,%g", word(TEXT_IS_BOLD, style) eq "1" ? BOLD(format) : PLAIN, TEXT_SIZE[style])

TICKS = "scale 0 nomirror noenhanced font '".PLAIN.",22' textcolor rgb INK"
SMALL_TICKS = "scale 0 nomirror noenhanced font '".PLAIN.",21' textcolor rgb SOFT offset 0,0.4"

# What the SVG's elements are called: charts share a page, and a name has no dash.
ID = NAME
while (strstrt(ID, "-")) { ID = ID[1:strstrt(ID, "-") - 1]."_".ID[strstrt(ID, "-") + 1:*] }
BEGIN_SVG = sprintf('set terminal svg size %d,%d dynamic noenhanced dashlength 0.45 font "%s,20" name "%s" background "#ffffff"', \
                    WIDTH, HEIGHT, PLAIN, ID)
# Three quarters: sizes are pixels to the SVG terminal, and points of 1/72 inch at 96 pixels an inch to the other.
BEGIN_PNG = sprintf('set terminal pngcairo size %d,%d noenhanced font "%s,20" fontscale 0.75 background "#ffffff"', \
                    WIDTH, HEIGHT, PLAIN)
BEGIN(format) = (format eq "svg" ? BEGIN_SVG : BEGIN_PNG).sprintf('; set output "%s.%s"; set multiplot', NAME, format)

# What a marker's size is multiplied by, so that it is as large in both.
POINT(format) = format eq "svg" ? 0.53 : 1

# An empty panel: nothing but its place. What it shows is switched on by the chart.
PANEL(left, top, right, bottom) = sprintf("unset border; unset tics; unset grid; unset object; unset arrow; unset label; " \
    ."unset logscale; set lmargin at screen %.6f; set rmargin at screen %.6f; set tmargin at screen %.6f; " \
    ."set bmargin at screen %.6f", 1.0 * left / WIDTH, 1.0 * right / WIDTH, 1 - 1.0 * top / HEIGHT, 1 - 1.0 * bottom / HEIGHT)
set key off
set style fill solid 1 noborder
set errorbars 1.5 front

# Texts and marks, over everything else.
DRAW_LINES = "plot '".NAME."-marks.dat' using ($5 == 0 ? $1 : NaN):2:($3 - $1):($4 - $2) " \
    ."with vectors nohead lw 1.5 dt solid lc rgb MIDDLE title 'line'"
DRAW_DOTTED = "plot '".NAME."-marks.dat' using ($5 == -1 ? $1 : NaN):2:($3 - $1):($4 - $2) " \
    ."with vectors nohead lw 2 dt (1, 5) lc rgb SOFT title 'line'"
DRAW_MARKERS = "plot '".NAME."-marks.dat' using ($5 > 0 ? $1 : NaN):2:(MARKER[int($5 > 0 ? $5 : 1)]):5 " \
    ."with points pt variable lc variable ps 2 * POINT(FORMAT) lw 2.5 title 'runner'"
DRAW_TEXT(block, format) = sprintf("plot '%s-text.dat' index %d using 1:2:%d with labels noenhanced %s font TEXT_FONT " \
    ."textcolor rgb '%s' title 'text'", NAME, block - 1, format eq "svg" ? 3 : 4, \
    word("left center right", TEXT_ALIGN[block] + 1), word(TEXT_COLOUR, TEXT_STYLE[block]))
OVERLAY = PANEL(0, 0, WIDTH, HEIGHT)."; set xrange [0:WIDTH]; set yrange [HEIGHT:0]; " \
    ."if (LINES > 0) { eval DRAW_LINES }; if (DOTTED > 0) { eval DRAW_DOTTED }; if (MARKERS > 0) { eval DRAW_MARKERS }; " \
    ."do for [block = 1:TEXT_BLOCKS] { TEXT_FONT = FONT(TEXT_STYLE[block], FORMAT); eval DRAW_TEXT(block, FORMAT) }"
END = "unset multiplot; unset output"

# Bars: a panel a workload, a bar a runner, its interval as a line. Beside the bars, as text: their figures.
# NAME.dat: panel, row (from 1, at the top), runner's number in the style, value, interval, least.
do for [FORMAT in FORMATS] {
    eval BEGIN(FORMAT)
    do for [p = 1:PANELS] {
        eval PANEL(LEFT[p], TOP[p], RIGHT[p], BOTTOM[p])
        set xrange [0:XMAX[p]]
        set yrange [ROWS[p] + 0.5:0.5]
        eval "set xtics (".XTICS[p].") ".TICKS
        set grid xtics back lt 1 lc rgb FAINT lw 1 dt solid
        set arrow 1 from 0, graph 0 to 0, graph 1 nohead back lw 2 dt solid lc rgb INK
        # The interval's line is black, on a white one where that does not hide a short bar: so it is seen on a dark one, too.
        PX = (RIGHT[p] - LEFT[p]) / XMAX[p]
        SEEN(pass, from, to) = pass == 2 || (to - from) * SCALE[p] * PX > 10
        plot NAME.'.dat' using (0):2:(0):($1 == p ? $4 * SCALE[p] : NaN):($2 + BAR_FROM):($2 + BAR_TO):3 \
                 with boxxyerror lc variable title 'median', \
             for [pass = 1:2] '' using ($1 == p && $5 >= 0 && SEEN(pass, $5, $6) ? $4 * SCALE[p] : NaN) \
                 :($2 + BAR_MIDDLE):($5 * SCALE[p]):($6 * SCALE[p]) \
                 with xerrorbars pt -1 lw (pass == 1 ? 6 : 2.5) dt solid lc rgb (pass == 1 ? "white" : "black") title '95 % interval'
    }
    eval OVERLAY
    eval END
}
