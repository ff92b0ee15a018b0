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
