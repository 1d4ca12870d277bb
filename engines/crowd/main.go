// Crowd joins a running istiod as many proxies at once, which stay, and says what it costs each of them.
//
// Started with istiod's address. In: one JSON command a line on standard input; out: one JSON line a command, in
// order. Each proxy is a connection of its own that speaks delta ADS, as Envoy does, and acknowledges at once.
//
//	{"join": [proxy, ...], "seconds": 60}  returns when each proxy has all it subscribed to
//	{"watch": {"NAME": ["BASE64"]}}        from now on, note when a proxy is sent resources that hold all of its words
//	{"await": 60}                          returns when all words have come: {"at": {"NAME": UNIX-NANOSECONDS}}
//	{"held": true}                         what each proxy holds and was sent since the last watch, in numbers and bytes
//	{"show": "clusters"}                   the resources of a kind that each proxy holds, by name, as protojson
//
// It stands beside fetch, which reads one state and leaves: a crowd stays, so that the price of a change is seen.
// What istiod sends is kept as it came; nothing of it is understood but the names it leads to.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"laneway/engines/translation"
)

// command is one line; the first field that is set says which.
type command struct {
	Join    []proxy             `json:"join"`
	Watch   map[string][][]byte `json:"watch"`
	Await   float64             `json:"await"`
	Held    bool                `json:"held"`
	Show    string              `json:"show"`
	Seconds float64             `json:"seconds"`
}

// proxy is a workload and what its Envoy says of itself: Envoy's Node as protojson.
type proxy struct {
	translation.Workload
	Node json.RawMessage `json:"node"`
}

type answer struct {
	Error   string                                `json:"error,omitempty"`
	At      map[string]int64                      `json:"at,omitempty"`
	Proxies map[string]tally                      `json:"proxies,omitempty"`
	Shown   map[string]map[string]json.RawMessage `json:"shown,omitempty"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: crowd ISTIOD:PORT")
		os.Exit(2)
	}
	if err := (&crowd{address: os.Args[1], members: map[string]*member{}}).serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "crowd:", err)
		os.Exit(1)
	}
}

// crowd is the proxies that have joined so far, by name.
type crowd struct {
	address string
	members map[string]*member
}

func (c *crowd) serve(input io.Reader, output io.Writer) error {
	in, out := bufio.NewReaderSize(input, 1<<20), json.NewEncoder(output)
	for {
		line, err := in.ReadString('\n')
		if text := strings.TrimSpace(line); text != "" {
			done, failure := c.do(text)
			if failure != nil {
				done = answer{Error: failure.Error()}
			}
			if err := out.Encode(done); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (c *crowd) do(line string) (done answer, err error) {
	asked := command{Seconds: 60}
	if err := json.Unmarshal([]byte(line), &asked); err != nil {
		return done, err
	}
	switch {
	case asked.Join != nil:
		return done, c.join(asked.Join, seconds(asked.Seconds))
	case asked.Watch != nil:
		for _, one := range c.members {
			one.watch(asked.Watch[one.name])
		}
	case asked.Await > 0:
		done.At, err = c.await(seconds(asked.Await))
	case asked.Held:
		done.Proxies = map[string]tally{}
		for name, one := range c.members {
			done.Proxies[name] = one.tally()
		}
	case asked.Show != "":
		done.Shown = map[string]map[string]json.RawMessage{}
		for name, one := range c.members {
			if done.Shown[name], err = one.show(asked.Show); err != nil {
				return done, err
			}
		}
	default:
		err = errors.New("not a command")
	}
	return done, err
}

// join lets proxies join side by side and returns when each has all it asked for.
func (c *crowd) join(proxies []proxy, limit time.Duration) error {
	until := time.Now().Add(limit)
	for _, one := range proxies {
		found, err := connect(c.address, one)
		if err != nil {
			return err
		}
		c.members[one.Name] = found
	}
	for _, one := range proxies {
		if err := c.members[one.Name].until(until, (*member).complete); err != nil {
			return err
		}
	}
	return nil
}

// await returns when each proxy has been sent its words: for each that has some, the moment the last of them came.
func (c *crowd) await(limit time.Duration) (map[string]int64, error) {
	until, at := time.Now().Add(limit), map[string]int64{}
	for name, one := range c.members {
		if err := one.until(until, (*member).told); err != nil {
			return nil, err
		}
		if !one.last.IsZero() {
			at[name] = one.last.UnixNano()
		}
	}
	return at, nil
}

func seconds(number float64) time.Duration {
	return time.Duration(number * float64(time.Second))
}
