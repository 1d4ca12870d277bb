package main

import (
	"net/http"

	"github.com/gorilla/websocket"
)

// serveWebSocket answers each message with who it is and what the next one answers to it.
func serveWebSocket() error {
	upgrader := websocket.Upgrader{}
	http.HandleFunc("/", func(w http.ResponseWriter, request *http.Request) {
		var onward *websocket.Conn
		if next != "" {
			var err error
			if onward, _, err = websocket.DefaultDialer.Dial(next, carried(request.Header)); err != nil {
				http.Error(w, me+" "+err.Error(), http.StatusBadGateway)
				return
			}
			defer finishTalk(onward)
		}
		caller, err := upgrader.Upgrade(w, request, nil)
		if err != nil {
			return
		}
		defer caller.Close()
		talk(caller, onward)
	})
	return http.ListenAndServe(":8080", nil)
}

func finishTalk(onward *websocket.Conn) {
	normal := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = onward.WriteMessage(websocket.CloseMessage, normal)
	_ = onward.Close()
}

func talk(caller, onward *websocket.Conn) {
	for {
		kind, message, err := caller.ReadMessage()
		if err != nil {
			return
		}
		answer := me
		if onward != nil {
			if err = onward.WriteMessage(kind, message); err != nil {
				return
			}
			_, more, err := onward.ReadMessage()
			if err != nil {
				return
			}
			answer += string(more)
		}
		if err = caller.WriteMessage(kind, []byte(answer)); err != nil {
			return
		}
	}
}
