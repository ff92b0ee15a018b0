// sleepers COUNT DELAY_MS: goroutines that are all asleep at once.
package main

import (
	"sync"
	"sync/atomic"
	"time"

	"peers/measure"
)

func main() {
	count, delay := measure.Argument(1), time.Duration(measure.Argument(2))*time.Millisecond
	var asleep, peak atomic.Int64
	var all sync.WaitGroup

	begin := measure.Begin()
	all.Add(count)
	for i := 0; i < count; i++ {
		go func() {
			defer all.Done()
			now, most := asleep.Add(1), peak.Load()
			for now > most && !peak.CompareAndSwap(most, now) {
				most = peak.Load()
			}
			time.Sleep(delay)
			asleep.Add(-1)
		}()
	}
	all.Wait()
	begin.Report("go", count, func(wall time.Duration, line map[string]any) {
		line["delay_ms"], line["asleep_peak"] = delay.Milliseconds(), peak.Load()
		line["beyond_s"] = (wall - delay).Seconds()
	})
}
