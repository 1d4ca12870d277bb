// Wire is what benchmarks put at both ends of a proxy: a service that costs little, and a client
// that keeps it busy.
//
//	wire hop                     serves on $HOST:$PORT: says "$app/$version" and adds what $upstream_url answers,
//	                             which is asked with the headers $forward_headers names
//	wire load URL LENGTH CLIENTS [HEADER=VALUE[&HEADER=VALUE ...][>VERSION,VERSION ...] ...]
//	                             sends requests over kept connections, for LENGTH seconds or, as in 5000x, that
//	                             many; each with the next of the sets of headers, in which {id} is a new id of
//	                             32 hexadecimal digits; prints one line of JSON
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "hop" {
		fail(hop())
	}
	if len(os.Args) < 5 || os.Args[1] != "load" {
		fail(fmt.Errorf("usage: wire hop | wire load URL LENGTH CLIENTS [HEADER=VALUE ...]"))
	}
	clients, err := strconv.Atoi(os.Args[4])
	fail(err)
	fail(load(os.Args[2], lengthOf(os.Args[3]), clients, os.Args[5:]))
}

// length is how long a load goes on: a time, or a number of requests.
type length struct {
	time     time.Duration
	requests int64
}

func lengthOf(text string) length {
	if count, is := strings.CutSuffix(text, "x"); is {
		requests, err := strconv.ParseInt(count, 10, 64)
		fail(err)
		return length{time.Hour, requests}
	}
	seconds, err := strconv.ParseFloat(text, 64)
	fail(err)
	return length{time.Duration(seconds * float64(time.Second)), math.MaxInt64}
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
	forwarded := strings.Split(os.Getenv("forward_headers"), ",")
	client := &http.Client{Transport: transport(512)}
	serve := func(w http.ResponseWriter, r *http.Request) {
		if upstream == "" {
			io.WriteString(w, name)
			return
		}
		asked, _ := http.NewRequest(http.MethodGet, upstream, nil)
		for _, name := range forwarded {
			if value := r.Header.Get(name); value != "" {
				asked.Header.Set(name, value)
			}
		}
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
	wrong  int
}

type report struct {
	Requests int     `json:"requests"`
	Failed   int     `json:"failed"` // another status than 200
	Mixed    int     `json:"mixed"`  // hops of more than one version in one answer
	Wrong    int     `json:"wrong"`  // other versions than were asked for
	Seconds  float64 `json:"seconds"`
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
}

func load(url string, length length, clients int, sets []string) error {
	client := &http.Client{Transport: transport(clients)}
	tallies := make([]tally, clients)
	begin := time.Now()
	var sent atomic.Int64
	var all sync.WaitGroup
	for number := range tallies {
		all.Add(1)
		go func() {
			defer all.Done()
			for turn := number; time.Since(begin) < length.time && sent.Add(1) <= length.requests; turn++ {
				set := ""
				if len(sets) > 0 {
					set = sets[turn%len(sets)]
				}
				tallies[number].one(client, url, set)
			}
		}()
	}
	all.Wait()
	said := report{Seconds: time.Since(begin).Seconds()}
	var took []time.Duration
	for _, one := range tallies {
		said.Failed += one.failed
		said.Mixed += one.mixed
		said.Wrong += one.wrong
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

func (t *tally) one(client *http.Client, url string, set string) {
	asked, _ := http.NewRequest(http.MethodGet, url, nil)
	headers, expected, _ := strings.Cut(set, ">")
	if headers != "" {
		for _, pair := range strings.Split(headers, "&") {
			name, value, _ := strings.Cut(pair, "=")
			asked.Header.Set(name, withID(value))
		}
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
		return
	}
	met := versions(string(body))
	if slices.ContainsFunc(met, func(one string) bool { return one != met[0] }) {
		t.mixed++
	}
	if expected != "" && expected != strings.Join(met, ",") {
		t.wrong++
	}
}

func withID(value string) string {
	if !strings.Contains(value, "{id}") {
		return value
	}
	id := fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64())
	return strings.ReplaceAll(value, "{id}", id)
}

func versions(body string) []string {
	var met []string
	for line := range strings.Lines(body) {
		_, version, _ := strings.Cut(strings.TrimSpace(line), "/")
		met = append(met, version)
	}
	return met
}
