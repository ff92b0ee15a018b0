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
