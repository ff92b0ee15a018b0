// skynet LEAVES: a tree of goroutines, each with ten children whose numbers it adds up.
package main

import (
	"fmt"

	"peers/measure"
)

const fanOut = 10

func main() {
	leaves := measure.Argument(1)
	begin := measure.Begin()
	result := make(chan int)
	go node(result, 0, leaves)
	sum := <-result
	if sum != leaves*(leaves-1)/2 {
		measure.Fail(fmt.Errorf("the sum is %d", sum))
	}
	begin.Report("go", leaves, nil)
}

func node(result chan<- int, first, leaves int) {
	if leaves == 1 {
		result <- first
		return
	}
	children := make(chan int, fanOut) // with room for all of them, no child waits for its parent
	for i := 0; i < fanOut; i++ {
		go node(children, first+i*(leaves/fanOut), leaves/fanOut)
	}
	sum := 0
	for i := 0; i < fanOut; i++ {
		sum += <-children
	}
	result <- sum
}
