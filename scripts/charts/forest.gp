# A gate's cells: the head against the base (squares) over the base against itself (circles), as changes in percent.
# NAME.dat: row, 0 itself or 1 head, percent, interval, colour; then, after two empty lines, the bands: row, from, to of what
# must be passed, from, to of the threshold.
do for [FORMAT in FORMATS] {
    eval BEGIN(FORMAT)
    eval PANEL(LEFT, TOP, RIGHT, BOTTOM)
    set xrange [XMIN:XMAX]
    set yrange [ROWS + 0.5:0.5]
    eval "set xtics (".XTICS.") ".TICKS
    set grid xtics back lt 1 lc rgb FAINT lw 1 dt solid
    set border 1 lw 2 dt solid lc rgb INK
    set arrow 1 from 0, graph 0 to 0, graph 1 nohead front lw 1.5 dt solid lc rgb INK
    plot NAME.'.dat' index 1 using (0):1:2:3:($1 - 0.46):($1 + 0.46) with boxxyerror fs solid 1 noborder lc rgb "#f0f0f0" title 'noise', \
         '' index 1 using (0):1:4:5:($1 - 0.46):($1 + 0.46) with boxxyerror fs solid 1 noborder lc rgb "#e2e2e2" title 'threshold', \
         NAME.'.dat' index 0 using ($2 == 0 ? $3 : NaN):1:4:5 with xerrorbars pt 6 ps 1.8 * POINT(FORMAT) lw 2.5 dt solid lc rgb "#666666" title 'base against itself', \
         '' index 0 using ($2 == 1 ? $3 : NaN):1:4:5:6 with xerrorbars pt 5 ps 2.2 * POINT(FORMAT) lw 3.5 dt solid lc rgb variable title 'head against base'
    eval OVERLAY
    eval END
}
