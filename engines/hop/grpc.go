package main

import (
	"context"
	"errors"
	"io"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
)

// text is a codec of messages that are text, so that nobody has to generate code.
type text struct{}

func (text) Marshal(v any) ([]byte, error)      { return []byte(*v.(*string)), nil }
func (text) Unmarshal(data []byte, v any) error { *v.(*string) = string(data); return nil }
func (text) Name() string                       { return "text" }

// hop is a service of one unary method and one of two streams, as generated code would declare it.
type hop struct{ onward *grpc.ClientConn }

var (
	chain = grpc.ServiceDesc{
		ServiceName: "chain.Chain",
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "Ask", Handler: ask}},
		Streams:     []grpc.StreamDesc{{StreamName: "Talk", Handler: talkOn, ServerStreams: true, ClientStreams: true}},
	}
	bothWays = grpc.StreamDesc{ServerStreams: true, ClientStreams: true}
)

func serveGRPC() error {
	var here hop
	if next != "" {
		var err error
		here.onward, err = grpc.NewClient(next,
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.ForceCodec(text{})))
		if err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", ":9000")
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.ForceServerCodec(text{}))
	server.RegisterService(&chain, here)
	return server.Serve(listener)
}

// along returns a context whose calls take the lane along, if this one's came with one.
func along(ctx context.Context) context.Context {
	for _, lane := range metadata.ValueFromIncomingContext(ctx, forward) {
		ctx = metadata.AppendToOutgoingContext(ctx, forward, lane)
	}
	return ctx
}

func ask(here any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	var question, more string
	if err := decode(&question); err != nil {
		return nil, err
	}
	if onward := here.(hop).onward; onward != nil {
		if err := onward.Invoke(along(ctx), "/chain.Chain/Ask", &question, &more); err != nil {
			return nil, err
		}
	}
	answer := me + more
	return &answer, nil
}

// talkOn answers each message of a stream, and asks the next one in one stream as well.
func talkOn(here any, caller grpc.ServerStream) error {
	var stream grpc.ClientStream
	if onward := here.(hop).onward; onward != nil {
		var err error
		if stream, err = onward.NewStream(along(caller.Context()), &bothWays, "/chain.Chain/Talk"); err != nil {
			return err
		}
	}
	for {
		var question, more string
		if err := caller.RecvMsg(&question); errors.Is(err, io.EOF) {
			return finish(stream)
		} else if err != nil {
			return err
		}
		if stream != nil {
			if err := stream.SendMsg(&question); err != nil {
				return err
			}
			if err := stream.RecvMsg(&more); err != nil {
				return err
			}
		}
		answer := me + more
		if err := caller.SendMsg(&answer); err != nil {
			return err
		}
	}
}

// finish ends a stream from this side and waits until the other one has ended it too.
func finish(stream grpc.ClientStream) error {
	if stream == nil {
		return nil
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	var rest string
	if err := stream.RecvMsg(&rest); !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
