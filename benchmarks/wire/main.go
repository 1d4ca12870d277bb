// Wire is what benchmarks put at both ends of a proxy: a service that costs little, and a client
// that keeps it busy.
//
//	wire hop                     serves on $HOST:$PORT: says "$app/$version" and adds what $upstream_url answers
//	wire load URL SECONDS CLIENTS [HEADER=VALUE ...]
//	                             sends requests over kept connections, each with the next of the headers;
//	                             prints one line of JSON
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "hop" {
		fail(hop())
	}
	if len(os.Args) < 5 || os.Args[1] != "load" {
		fail(fmt.Errorf("usage: wire hop | wire load URL SECONDS CLIENTS [HEADER=VALUE ...]"))
	}
	seconds, err := strconv.ParseFloat(os.Args[3], 64)
	fail(err)
	clients, err := strconv.Atoi(os.Args[4])
	fail(err)
	fail(load(os.Args[2], time.Duration(seconds*float64(time.Second)), clients, os.Args[5:]))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func transport(clients int) *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxIdleConnsPerHost: clients,
		DisableCompression:  true,
	}
}

// hop answers with its own name and, behind it, with its upstream's answer and status.
func hop() error {
	name := os.Getenv("app") + "/" + os.Getenv("version") + "\n"
	upstream := os.Getenv("upstream_url")
	client := &http.Client{Transport: transport(512)}
	serve := func(w http.ResponseWriter, r *http.Request) {
		if upstream == "" {
			io.WriteString(w, name)
			return
		}
		asked, _ := http.NewRequest(http.MethodGet, upstream, nil)
		answer, err := client.Do(asked)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		w.WriteHeader(answer.StatusCode)
		io.WriteString(w, name)
		io.Copy(w, answer.Body)
	}
	address := net.JoinHostPort(os.Getenv("HOST"), os.Getenv("PORT"))
	return http.ListenAndServe(address, http.HandlerFunc(serve))
}

type tally struct {
	took   []time.Duration
	failed int
	mixed  int
}

type report struct {
	Requests int     `json:"requests"`
	Failed   int     `json:"failed"` // another status than 200
	Mixed    int     `json:"mixed"`  // hops of more than one version in one answer
	Seconds  float64 `json:"seconds"`
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
}

func load(url string, length time.Duration, clients int, headers []string) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true}}
	tallies := make([]tally, clients)
	begin := time.Now()
	var all sync.WaitGroup
	for number := range tallies {
		all.Add(1)
		go func() {
			defer all.Done()
			for turn := number; time.Since(begin) < length; turn++ {
				tallies[number].one(client, url, headers, turn)
			}
		}()
	}
	all.Wait()
	said := report{Seconds: time.Since(begin).Seconds()}
	var took []time.Duration
	for _, one := range tallies {
		said.Failed += one.failed
		said.Mixed += one.mixed
		took = append(took, one.took...)
	}
	slices.Sort(took)
	said.Requests = len(took)
	if len(took) > 0 {
		said.P50 = float64(took[len(took)/2].Microseconds()) / 1000
		said.P99 = float64(took[len(took)*99/100].Microseconds()) / 1000
	}
	return json.NewEncoder(os.Stdout).Encode(said)
}

func (t *tally) one(client *http.Client, url string, headers []string, turn int) {
	asked, _ := http.NewRequest(http.MethodGet, url, nil)
	if len(headers) > 0 {
		name, value, _ := strings.Cut(headers[turn%len(headers)], "=")
		asked.Header.Set(name, value)
	}
	begin := time.Now()
	answer, err := client.Do(asked)
	if err != nil {
		t.failed++
		return
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	t.took = append(t.took, time.Since(begin))
	if err != nil || answer.StatusCode != http.StatusOK {
		t.failed++
	} else if isMixed(string(body)) {
		t.mixed++
	}
}

func isMixed(body string) bool {
	first := ""
	for line := range strings.Lines(body) {
		_, version, _ := strings.Cut(strings.TrimSpace(line), "/")
		if first != "" && version != first {
			return true
		}
		first = version
	}
	return false
}
