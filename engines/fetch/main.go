// Fetch joins a running istiod as proxies do and says what each of them is sent.
//
// Started with istiod's address. In: one JSON question a line on standard input, {"marks": [{"proxy": ..., "words":
// [...]}], "proxies": [...], "seconds": 30}; each proxy with the node that its Envoy would say it is. Out: one JSON
// line a question, in order, in the oracle's form: {"proxies": [...]}.
// A mark is a proxy that is watched until all of its words stand in what istiod has sent it; only then the proxies
// of the question join. It is a program of its own because Envoy's API is at hand in Go and a wait ends with the
// push that holds the words, not after a time. It changes nothing: not in istiod, nor in the cluster behind it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"laneway/engines/translation"
)

// question is what one line asks: which words to wait for, at which proxies, and whose configuration to fetch then.
type question struct {
	Marks   []mark  `json:"marks"`
	Proxies []proxy `json:"proxies"`
	Seconds float64 `json:"seconds"`
}

// proxy is a workload and what its Envoy says of itself: Envoy's Node as protojson.
type proxy struct {
	translation.Workload
	Node json.RawMessage `json:"node"`
}

// mark is a proxy and the words that its translation holds once istiod knows what is waited for.
type mark struct {
	Proxy proxy    `json:"proxy"`
	Words []string `json:"words"`
}

type answer struct {
	Error   string                    `json:"error,omitempty"`
	Proxies []translation.Translation `json:"proxies,omitempty"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: fetch ISTIOD:PORT")
		os.Exit(2)
	}
	asker, err := newAsker(os.Args[1])
	if err == nil {
		err = asker.serve(os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
}

// asker is a connection to one istiod; every proxy is a stream of its own on it.
type asker struct {
	connection *grpc.ClientConn
}

func newAsker(address string) (asker, error) {
	connection, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)),
	)
	return asker{connection}, err
}

func (a asker) serve(input io.Reader, output io.Writer) error {
	in, out := bufio.NewReaderSize(input, 1<<20), json.NewEncoder(output)
	for {
		line, err := in.ReadString('\n')
		if text := strings.TrimSpace(line); text != "" {
			if err := out.Encode(a.judge(text)); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (a asker) judge(line string) answer {
	asked := question{Seconds: 30}
	if err := json.Unmarshal([]byte(line), &asked); err != nil {
		return answer{Error: "not a question: " + err.Error()}
	}
	limit, cancel := context.WithTimeout(context.Background(), time.Duration(asked.Seconds*float64(time.Second)))
	defer cancel()
	_, err := each(asked.Marks, func(one mark) (translation.Translation, error) {
		return a.follow(limit, one.Proxy, one.Words)
	})
	if err != nil {
		return answer{Error: err.Error()}
	}
	found, err := each(asked.Proxies, func(one proxy) (translation.Translation, error) {
		return a.follow(limit, one, nil)
	})
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Proxies: found}
}

// each does the same for all things side by side; the results stand in the order of the things.
func each[T, R any](things []T, do func(T) (R, error)) ([]R, error) {
	results, failures := make([]R, len(things)), make([]error, len(things))
	var running sync.WaitGroup
	for at, thing := range things {
		running.Add(1)
		go func() {
			defer running.Done()
			results[at], failures[at] = do(thing)
		}()
	}
	running.Wait()
	for _, failure := range failures {
		if failure != nil {
			return nil, failure
		}
	}
	return results, nil
}
