# Response and service time against the rate at which jobs arrived: a panel each, a line a runner, its interval as a ribbon,
# a hollow circle where the jobs piled up.
# NAME.dat: panel, runner's number in the style, jobs/s offered, median, interval (ms), saturated.
do for [FORMAT in FORMATS] {
    eval BEGIN(FORMAT)
    do for [p = 1:PANELS] {
        eval PANEL(LEFT[p], TOP[p], RIGHT[p], BOTTOM[p])
        set xrange [XMIN:XMAX]
        set yrange [YMIN:YMAX]
        set logscale xy
        eval "set xtics (".XTICS.") ".TICKS
        eval "set ytics (".YTICS.") ".TICKS
        set grid xtics ytics back lt 1 lc rgb FAINT lw 1 dt solid
        set border 1 lw 2 dt solid lc rgb INK
        plot for [i = 1:RUNNERS] NAME.'.dat' using ($1 == p && $2 == ON_TOP[i] ? $3 : NaN):5:6 \
                 with filledcurves fs transparent solid 0.25 noborder lt ON_TOP[i] title '95 % interval', \
             for [i = 1:RUNNERS] '' using ($1 == p && $2 == ON_TOP[i] ? $3 : NaN):4 with lines lt ON_TOP[i] title 'median', \
             for [i = 1:RUNNERS] '' using ($1 == p && $2 == ON_TOP[i] && $7 == 0 ? $3 : NaN):4 \
                 with points lt ON_TOP[i] ps MARKER_SIZE[ON_TOP[i]] * POINT(FORMAT) lw 2.5 title 'median', \
             '' using ($1 == p && $7 == 1 ? $3 : NaN):4 with points pt 7 lc rgb "#ffffff" ps 2.6 * POINT(FORMAT) title 'saturated', \
             for [i = 1:RUNNERS] '' using ($1 == p && $2 == ON_TOP[i] && $7 == 1 ? $3 : NaN):4 \
                 with points lt ON_TOP[i] pt 6 ps 2.4 * POINT(FORMAT) lw 3 dt solid title 'saturated'
    }
    eval OVERLAY
    eval END
}
