// One hop over gRPC, as people write it with otelgrpc: the tracing is set up in code, as Go wants it;
// of lanes it knows nothing. It answers a call by calling the next service.
package main

import (
	"context"
	"log"
	"net"
	"os"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/propagators/autoprop"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

type hop struct{ next *grpc.ClientConn }

func (one *hop) call(ctx context.Context) (any, error) {
	answer := &emptypb.Empty{}
	return answer, one.next.Invoke(ctx, "/hop.Hop/Call", &emptypb.Empty{}, answer)
}

// What a generated file would say of a service with one method.
var service = grpc.ServiceDesc{
	ServiceName: "hop.Hop",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{{
		MethodName: "Call",
		Handler: func(one any, ctx context.Context, read func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			if err := read(&emptypb.Empty{}); err != nil {
				return nil, err
			}
			return one.(*hop).call(ctx)
		},
	}},
}

func main() {
	otel.SetTracerProvider(trace.NewTracerProvider())
	otel.SetTextMapPropagator(autoprop.NewTextMapPropagator())
	next, err := grpc.NewClient(os.Getenv("NEXT"),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler()))
	if err != nil {
		log.Fatal(err)
	}
	place, err := net.Listen("tcp", os.Getenv("HOST")+":"+os.Getenv("PORT"))
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.StatsHandler(otelgrpc.NewServerHandler()))
	server.RegisterService(&service, &hop{next})
	log.Fatal(server.Serve(place))
}
