# Every run in the order they ran, against the median of its own runner and workload.
# NAME.dat: order, percent, runner's number in the style, 0 inside, 1 above, -1 below the axis, 2 failed, 3 not supported;
# then, after two empty lines, the blocks: from, to, median.
do for [FORMAT in FORMATS] {
    eval BEGIN(FORMAT)
    eval PANEL(LEFT, TOP, RIGHT, BOTTOM)
    set xrange [XMIN:XMAX]
    set yrange [YMIN:YMAX]
    eval "set xtics (".XTICS.") ".TICKS
    eval "set ytics (".YTICS.") ".TICKS
    set grid ytics back lt 1 lc rgb FAINT lw 1 dt solid
    set border 1 lw 2 dt solid lc rgb INK
    set arrow 1 from XMIN, 0 to XMAX, 0 nohead back lw 1.5 dt solid lc rgb MIDDLE
    PX = 1.0 * (YMAX - YMIN) / (BOTTOM - TOP)
    # Beyond the axis: the runner's own mark, and beside it an arrow.
    EDGE(where, px) = where == 1 ? YMAX - px * PX : YMIN + px * PX
    ASIDE(x) = (XMAX - x > (XMAX - XMIN) * 20 / (RIGHT - LEFT) ? 14.0 : -14.0) * (XMAX - XMIN) / (RIGHT - LEFT)
    plot NAME.'.dat' index 1 using 1:3:($2 - $1):(0) with vectors nohead lw 5 dt solid lc rgb "#bbbbbb" title 'median of the block', \
         '' index 0 using ($4 == 0 ? $1 : NaN):2:(MARKER[int($3)]):3 \
             with points pt variable lc variable ps DOT_SIZE * POINT(FORMAT) lw 2 title 'run', \
         '' index 0 using ($4 == 1 || $4 == -1 ? $1 : NaN):(EDGE($4, 18)):(MARKER[int($3)]):3 \
             with points pt variable lc variable ps DOT_SIZE * POINT(FORMAT) lw 2 title 'beyond the axis', \
         '' index 0 using ($4 == 1 || $4 == -1 ? $1 + ASIDE($1) : NaN):(EDGE($4, 28)):(0):(EDGE($4, 4) - EDGE($4, 28)):3 \
             with vectors head filled size screen 0.006,25 lw 2.5 dt solid lc variable title 'beyond the axis', \
         '' index 0 using ($4 == 2 ? $1 : NaN):(YMIN + 16 * PX) with points pt 7 lc rgb "#ffffff" ps 1.6 * DOT_SIZE * POINT(FORMAT) title 'failed run', \
         '' index 0 using ($4 == 2 ? $1 : NaN):(YMIN + 16 * PX) with points pt 6 lc rgb ALARM ps 1.6 * DOT_SIZE * POINT(FORMAT) lw 3 title 'failed run', \
         '' index 0 using ($4 == 2 ? $1 : NaN):(YMIN + 16 * PX) with points pt 2 lc rgb ALARM ps 0.8 * DOT_SIZE * POINT(FORMAT) lw 3 title 'failed run', \
         '' index 0 using ($4 == 3 ? $1 : NaN):(YMIN + 16 * PX) with points pt 12 lc rgb SOFT ps 1.25 * DOT_SIZE * POINT(FORMAT) lw 2.5 title 'not supported'
    eval OVERLAY
    eval END
}
