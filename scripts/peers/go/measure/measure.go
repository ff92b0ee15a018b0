// Package measure is what the programs share: clocks, the peak of memory, and the line on stdout.
package measure

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Span is a stretch of wall time and of this process's CPU time.
type Span struct {
	wall time.Time
	cpu  time.Duration
}

// Begin starts both clocks.
func Begin() Span { return Span{time.Now(), cpu()} }

// Report stops the clocks and prints a line of JSON; ns_per_op is CPU time.
func (begin Span) Report(program string, ops int, more func(wall time.Duration, line map[string]any)) {
	wall, used := time.Since(begin.wall), cpu()-begin.cpu
	line := map[string]any{
		"program": program, "ops": ops, "wall_s": wall.Seconds(), "cpu_s": used.Seconds(),
		"ns_per_op": float64(used.Nanoseconds()) / float64(ops), "rss_peak_kib": rssPeakKiB(),
	}
	if more != nil {
		more(wall, line)
	}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		Fail(err)
	}
}

// Argument returns the number at that place of the command line.
func Argument(index int) int {
	if index >= len(os.Args) {
		Fail(fmt.Errorf("argument %d is missing", index))
	}
	value, err := strconv.Atoi(os.Args[index])
	if err != nil {
		Fail(err)
	}
	return value
}

// Fail ends the program.
func Fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		Fail(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func rssPeakKiB() int {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == "VmHWM:" {
			kib, _ := strconv.Atoi(fields[1])
			return kib
		}
	}
	return 0
}
