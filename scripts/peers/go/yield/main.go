// yield TASKS YIELDS_OF_ALL: goroutines that let one another run.
package main

import (
	"runtime"
	"sync"

	"peers/measure"
)

func main() {
	tasks, yields := measure.Argument(1), measure.Argument(2)
	yieldAll(tasks, 10*tasks)
	begin := measure.Begin()
	yieldAll(tasks, yields)
	begin.Report("go", yields/tasks*tasks, nil)
}

func yieldAll(tasks, yields int) {
	var all sync.WaitGroup
	all.Add(tasks)
	for i := 0; i < tasks; i++ {
		go func() {
			defer all.Done()
			for i := 0; i < yields/tasks; i++ {
				runtime.Gosched()
			}
		}()
	}
	all.Wait()
}
