// A hop of a chain, as people write them in Go: a server on a port of its own, and a client to the
// next one, both of net/http, gRPC or WebSocket, as the argument says. It knows no proxy.
// tests/programs/README.md says what its variables mean.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

var (
	me      = fmt.Sprintf("-> %s(version: %s, ip: %s)", os.Getenv("NAME"), os.Getenv("VERSION"), os.Getenv("POD_IP"))
	next    = os.Getenv("NEXT")
	forward = os.Getenv("FORWARD")
)

func main() {
	serve := map[string]func() error{"http": serveHTTP, "grpc": serveGRPC, "websocket": serveWebSocket, "https": serveHTTPS}
	log.Fatal(serve[os.Args[1]]())
}

// carried returns the header that a request is to take along, if it came with one.
func carried(from http.Header) http.Header {
	to := http.Header{}
	if lane := from.Get(forward); lane != "" {
		to.Set(forward, lane)
	}
	return to
}

func serveHTTP() error {
	http.HandleFunc("/", func(w http.ResponseWriter, request *http.Request) {
		status, said := http.StatusOK, ""
		if next != "" {
			var err error
			if status, said, err = get(carried(request.Header)); err != nil {
				status, said = http.StatusBadGateway, " "+err.Error()
			}
		}
		w.WriteHeader(status)
		fmt.Fprint(w, me, said)
	})
	return http.ListenAndServe(":8080", nil)
}

func get(header http.Header) (int, string, error) {
	request, err := http.NewRequest(http.MethodGet, next, nil)
	if err != nil {
		return 0, "", err
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}
