// spawn SPAWNS: start a goroutine and take its result over a channel, one after another.
package main

import "peers/measure"

func main() {
	spawns := measure.Argument(1)
	spawn(1000)
	begin := measure.Begin()
	spawn(spawns)
	begin.Report("go", spawns, nil)
}

func spawn(times int) {
	result := make(chan int)
	for i := 0; i < times; i++ {
		go func() { result <- 0 }()
		<-result
	}
}
