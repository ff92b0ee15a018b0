# Throughput against what was swept: a line a runner, its interval as a ribbon, its name at the line's end.
# NAME.dat: runner's number in the style, x, median, interval (jobs/s); then, after two empty lines, the points that a
# runner could not do: number, x, row from the bottom.
do for [FORMAT in FORMATS] {
    eval BEGIN(FORMAT)
    eval PANEL(LEFT, TOP, RIGHT, BOTTOM)
    set xrange [XMIN:XMAX]
    set yrange [YMIN:YMAX]
    set logscale x
    if (LOG_Y) { set logscale y }
    eval "set xtics (".XTICS.") ".TICKS
    eval "set ytics (".YTICS.") ".TICKS
    set grid xtics ytics back lt 1 lc rgb FAINT lw 1 dt solid
    set border 1 lw 2 dt solid lc rgb INK
    plot for [i = 1:RUNNERS] NAME.'.dat' index 0 using ($1 == ON_TOP[i] ? $2 : NaN):4:5 \
             with filledcurves fs transparent solid 0.25 noborder lt ON_TOP[i] title '95 % interval', \
         for [i = 1:RUNNERS] '' index 0 using ($1 == ON_TOP[i] ? $2 : NaN):3 with lines lt ON_TOP[i] title 'median', \
         for [i = 1:RUNNERS] '' index 0 using ($1 == ON_TOP[i] && $6 == 1 ? $2 : NaN):3 \
             with points lt ON_TOP[i] ps MARKER_SIZE[ON_TOP[i]] * POINT(FORMAT) lw 2.5 title 'median'
    eval OVERLAY
    eval END
}
