# Runs in the order of time: a panel a cell, a line a runner, each run against the middle of its own line.
# NAME.dat: panel, runner's number in the style, run (from 1), percent, interval (percent).
do for [FORMAT in FORMATS] {
    eval BEGIN(FORMAT)
    do for [p = 1:PANELS] {
        eval PANEL(LEFT[p], TOP[p], RIGHT[p], BOTTOM[p])
        set xrange [0.5:XMAX[p]]
        set yrange [YMIN[p]:YMAX[p]]
        eval "set ytics (".YTICS[p].") ".TICKS
        set grid ytics back lt 1 lc rgb FAINT lw 1 dt solid
        set border 1 lw 2 dt solid lc rgb INK
        set arrow 1 from 0.5, 0 to XMAX[p], 0 nohead back lw 1.5 dt solid lc rgb MIDDLE
        plot for [i = 1:RUNNERS] NAME.'.dat' using ($1 == p && $2 == ON_TOP[i] ? $3 : NaN):5:6 \
                 with filledcurves fs transparent solid 0.25 noborder lt ON_TOP[i] title '95 % interval', \
             for [i = 1:RUNNERS] '' using ($1 == p && $2 == ON_TOP[i] ? $3 : NaN):4 with lines lt ON_TOP[i] lw 4 title 'median', \
             for [i = 1:RUNNERS] '' using ($1 == p && $2 == ON_TOP[i] ? $3 : NaN):4 \
                 with points lt ON_TOP[i] ps 0.8 * MARKER_SIZE[ON_TOP[i]] * POINT(FORMAT) lw 2.5 title 'median'
    }
    eval OVERLAY
    eval END
}
