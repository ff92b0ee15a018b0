// downloads URL BODY_BYTES CONNECTIONS REQUESTS: net/http, kept-alive connections, a worker each.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"peers/measure"
)

func main() {
	url, bodyBytes := os.Args[1], int64(measure.Argument(2))
	connections, requests := measure.Argument(3), int64(measure.Argument(4))
	client := &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: connections, // the default of 2 would close all others after each request
		DisableCompression:  true,
	}}
	get := func(request *http.Request) {
		response, err := client.Do(request)
		if err != nil {
			measure.Fail(err)
		}
		size, err := io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if err != nil || size != bodyBytes || response.StatusCode != http.StatusOK {
			measure.Fail(fmt.Errorf("status %d, %d bytes: %v", response.StatusCode, size, err))
		}
	}
	var warm, done sync.WaitGroup
	var taken atomic.Int64
	start := make(chan struct{})
	warm.Add(connections)
	done.Add(connections)
	for i := 0; i < connections; i++ {
		go func() {
			defer done.Done()
			request, err := http.NewRequest(http.MethodGet, url, nil) // the URL is read once, as by iort's program
			if err != nil {
				measure.Fail(err)
			}
			get(request) // opens the connection
			warm.Done()
			<-start
			for taken.Add(1) <= requests {
				get(request)
			}
		}()
	}
	warm.Wait()
	begin := measure.Begin()
	close(start)
	done.Wait()
	begin.Report("go", int(requests), func(wall time.Duration, line map[string]any) {
		line["requests_per_s"] = float64(requests) / wall.Seconds()
	})
}
