// One hop, as people write it with net/http and otelhttp: the tracing is set up in code, as Go
// wants it; of lanes it knows nothing. It answers GET with its name and the context that came in,
// and with what the next service says.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/contrib/propagators/autoprop"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/trace"
)

var headers = []string{"baggage", "traceparent", "b3", "sw8", "sw8-correlation", "x-asm-prefer-tag"}

var client = http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport)}

func hop(answer http.ResponseWriter, request *http.Request) {
	text := fmt.Sprintf("%s %s\n", os.Getenv("SERVICE"), os.Getenv("VERSION"))
	for _, name := range headers {
		for _, value := range request.Header.Values(name) {
			text += fmt.Sprintf("  %s: %s\n", name, value)
		}
	}
	if next := os.Getenv("NEXT"); next != "" {
		behind, err := ask(request.Context(), next)
		if err != nil {
			http.Error(answer, err.Error(), http.StatusBadGateway)
			return
		}
		text += behind
	}
	io.WriteString(answer, text)
}

func ask(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	reply, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err == nil && reply.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", reply.Status, body)
	}
	return string(body), err
}

func environment(name, otherwise string) string {
	if found := os.Getenv(name); found != "" {
		return found
	}
	return otherwise
}

func main() {
	otel.SetTracerProvider(trace.NewTracerProvider())
	otel.SetTextMapPropagator(autoprop.NewTextMapPropagator())
	place := environment("HOST", "0.0.0.0") + ":" + environment("PORT", "8000")
	log.Fatal(http.ListenAndServe(place, otelhttp.NewHandler(http.HandlerFunc(hop), "hop")))
}
