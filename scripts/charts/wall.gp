# Wall time by runner: a panel a workload, a bar a runner, its interval as a line. Beside the bars, as text: the speed-up
# against serial, and the median.
# NAME.dat: panel, row (from 1, at the top), runner's number in the style, median, interval (s), least (s).
do for [FORMAT in FORMATS] {
    eval BEGIN(FORMAT)
    do for [p = 1:PANELS] {
        eval PANEL(LEFT[p], TOP[p], RIGHT[p], BOTTOM[p])
        set xrange [0:XMAX[p]]
        set yrange [ROWS[p] + 0.5:0.5]
        eval "set xtics (".XTICS[p].") ".TICKS
        set grid xtics back lt 1 lc rgb FAINT lw 1 dt solid
        set arrow 1 from 0, graph 0 to 0, graph 1 nohead back lw 2 dt solid lc rgb INK
        plot NAME.'.dat' using (0):2:(0):($1 == p ? $4 * SCALE[p] : NaN):($2 - 0.34):($2 + 0.34):3 \
                 with boxxyerror lc variable title 'median wall time', \
             '' using ($1 == p && $5 >= 0 ? $4 * SCALE[p] : NaN):2:($5 * SCALE[p]):($6 * SCALE[p]) \
                 with xerrorbars pt -1 lw 2.5 dt solid lc rgb "black" title '95 % interval'
    }
    eval OVERLAY
    eval END
}
