# cpu-1-narrow: drawn by iorace from run.ndjson. `gnuplot cpu-1-narrow.gp` in this directory draws it again.

NAME = 'cpu-1-narrow'
FORMATS = 'svg'
WIDTH = 500
PANELS = 1
THICKNESS = 1
array LEFT[1] = [76.08]
array RIGHT[1] = [476]
array TOP[1] = [177.9]
array BOTTOM[1] = [577.9]
array XMIN[1] = [0.829909813]
array XMAX[1] = [602.475103]
array YMIN[1] = [0]
array YMAX[1] = [835.2645]
array LOG_X[1] = [1]
array LOG_Y[1] = [0]
array XTICS[1] = ['"1" 1, "500" 500, "10" 10, "100" 100, "5" 5, "3" 3, "30" 30']
array YTICS[1] = ['"0" 0, "200" 200, "400" 400, "600" 600, "800" 800']
array SHOWN[1] = [' 2  3 ']
HEIGHT = 876
TEXT_BLOCKS = 7
array TEXT_STYLE[7] = [3, 4, 4, 4, 5, 5, 6]
array TEXT_ALIGN[7] = [0, 0, 1, 2, 0, 2, 0]
MARKERS = 2
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

# Lines, a runner each: its interval as a band, its name (as text) at the line's end. A panel, or some one under another.
# NAME.dat: runner's number in the style, x, y, interval, 1 where it has a marker, 2: a hollow circle; panels are two empty lines apart.
do for [FORMAT in FORMATS] {
    eval BEGIN(FORMAT)
    do for [p = 1:PANELS] {
        # The panel's runners in the order in which they are drawn.
        DRAWN = ""
        do for [i = 1:RUNNERS] {
            if (strstrt(SHOWN[p], sprintf(" %d ", ON_TOP[i])) > 0) { DRAWN = DRAWN.sprintf("%d ", ON_TOP[i]) }
        }
        RUNNER(i) = word(DRAWN, i) + 0
        eval PANEL(LEFT[p], TOP[p], RIGHT[p], BOTTOM[p])
        set xrange [XMIN[p]:XMAX[p]]
        set yrange [YMIN[p]:YMAX[p]]
        if (LOG_X[p]) { set logscale x }
        if (LOG_Y[p]) { set logscale y }
        eval "set xtics (".XTICS[p].") ".TICKS
        eval "set ytics (".YTICS[p].") ".TICKS
        set grid xtics ytics back lt 1 lc rgb FAINT lw 1 dt solid
        set border 1 lw 2 dt solid lc rgb INK
        plot for [i = 1:words(DRAWN)] NAME.'.dat' index p - 1 using ($1 == RUNNER(i) ? $2 : NaN):4:5 \
                 with filledcurves fs transparent solid 0.25 noborder lt RUNNER(i) title '95 % interval', \
             for [i = 1:words(DRAWN)] '' index p - 1 using ($1 == RUNNER(i) ? $2 : NaN):3 \
                 with lines lt RUNNER(i) lw LINE_WIDTH[RUNNER(i)] * THICKNESS title 'line', \
             for [i = 1:words(DRAWN)] '' index p - 1 using ($1 == RUNNER(i) && $6 == 1 ? $2 : NaN):3 \
                 with points lt RUNNER(i) ps MARKER_SIZE[RUNNER(i)] * POINT(FORMAT) lw 2.5 title 'points', \
             '' index p - 1 using ($6 == 2 ? $2 : NaN):3 with points pt 7 lc rgb "#ffffff" ps 2.6 * POINT(FORMAT) title 'saturated', \
             for [i = 1:words(DRAWN)] '' index p - 1 using ($1 == RUNNER(i) && $6 == 2 ? $2 : NaN):3 \
                 with points lt RUNNER(i) pt 6 ps 2.4 * POINT(FORMAT) lw 3 dt solid title 'saturated'
    }
    eval OVERLAY
    eval END
}
