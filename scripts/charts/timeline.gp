# When each job ran: a panel a runner, all on one time axis; a runner whose jobs are a sliver there once more, stretched.
# NAME.dat: panel, job (by its start), start and end (s), runner's number in the style, failed (0 or 1).
OK_LINES = "plot NAME.'.dat' using ($1 == p && $6 == 0 ? $3 * S : NaN):2:(($4 - $3) * S):(0):(RUNNER[p]) " \
    ."with vectors nohead lw THICK dt solid lc variable title 'jobs', "
FAILED_BOX = "'' using ($1 == p && $6 == 1 ? $3 * S : NaN):2:($3 * S):($4 * S):($2 - HALF):($2 + HALF) with boxxyerror "
FAILED_LINES = FAILED_BOX."fs solid 1 noborder lc rgb 'white' title 'failed jobs', ".FAILED_BOX \
    ."fs pattern 5 border lc rgb ALARM lw 1 dt solid lc rgb ALARM title 'failed jobs', " \
    ."'' using ($1 == p && $6 == 1 ? $4 * S : NaN):2 with points pt 2 ps POINT(FORMAT) lw 2.5 lc rgb ALARM title 'failed jobs'"

do for [FORMAT in FORMATS] {
    eval BEGIN(FORMAT)
    # The common axis, with its grid through all panels.
    eval PANEL(LEFT, TOP[1], RIGHT, BOTTOM[PANELS] + 34)
    set xrange [0:XMAX]
    set yrange [0:1]
    eval "set xtics (".XTICS.") ".TICKS
    set grid xtics back lt 1 lc rgb FAINT lw 1 dt solid
    set border 1 front lw 2 dt solid lc rgb INK
    plot NaN title 'axis'
    do for [p = 1:PANELS] {
        # Lines as thick as there is room for, but never too thin to be seen.
        PX_PER_JOB = 1.0 * (BOTTOM[p] - TOP[p]) / JOBS[p]
        THICK = PX_PER_JOB * JOBS_A_LINE * 0.8
        THICK = THICK < 2.5 ? 2.5 : THICK
        HALF = (PX_PER_JOB < 5 ? 2.5 : PX_PER_JOB * 0.4) / PX_PER_JOB
        eval PANEL(LEFT, TOP[p], RIGHT, BOTTOM[p])
        set xrange [0:XMAX]
        set yrange [0.5:JOBS[p] + 0.5]
        set border 2 back lw 1.5 dt solid lc rgb MIDDLE
        S = SCALE
        eval OK_LINES.FAILED_LINES
        if (ZOOM_END[p] > 0) {
            # What is in the frame is not on the common axis, whose grid ends at it.
            eval PANEL(FRAME_LEFT, TOP[p] - FRAME_TOP, FRAME_RIGHT, BOTTOM[p] + FRAME_FOOT)
            set object 1 rectangle from graph 0, graph 0 to graph 1, graph 1 behind fc rgb "#ffffff" fs solid border lc rgb MIDDLE lw 1.5
            set xrange [0:1]
            set yrange [0:1]
            plot NaN title 'frame'
            eval PANEL(ZOOM_LEFT, TOP[p], RIGHT, BOTTOM[p])
            set xrange [0:ZOOM_END[p]]
            set yrange [0.5:JOBS[p] + 0.5]
            set object 1 rectangle from graph 0, graph 0 to graph 1, graph 1 behind fc rgb "#f4f4f4" fs solid noborder
            eval "set xtics (".ZOOM_XTICS[p].") ".SMALL_TICKS
            set border 3 front lw 1.5 dt solid lc rgb MIDDLE
            S = ZOOM_SCALE[p]
            eval OK_LINES.FAILED_LINES
        }
    }
    eval OVERLAY
    eval END
}
