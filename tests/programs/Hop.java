import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;

/**
 * A hop of a chain, as people write them for the JDK alone: a server on a port of its own, and
 * HttpClient to the next one, for http:// and ws:// alike. It knows no proxy. README.md says what
 * its variables mean.
 */
public final class Hop {
    private static final String NEXT = System.getenv().getOrDefault("NEXT", "");
    private static final String FORWARD = System.getenv("FORWARD");
    private static final String ME = "-> %s(version: %s, ip: %s)".formatted(
            System.getenv("NAME"), System.getenv("VERSION"), System.getenv("POD_IP"));
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private record Answer(int status, String body) {}

    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", Hop::handle);
        server.start();
    }

    private static void handle(HttpExchange exchange) throws IOException {
        Answer answer;
        try {
            answer = onward(exchange.getRequestHeaders().getFirst(FORWARD));
        } catch (Exception problem) {
            answer = new Answer(502, " " + problem + " " + problem.getCause());
        }
        byte[] body = (ME + answer.body()).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static Answer onward(String lane) throws Exception {
        if (NEXT.isEmpty()) {
            return new Answer(200, "");
        }
        if (NEXT.startsWith("ws:")) {
            return new Answer(200, talk(lane));
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(NEXT));
        if (lane != null) {
            request.header(FORWARD, lane);
        }
        HttpResponse<String> response =
                CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    private static String talk(String lane) throws Exception {
        CompletableFuture<String> said = new CompletableFuture<>();
        WebSocket.Builder builder = CLIENT.newWebSocketBuilder();
        if (lane != null) {
            builder.header(FORWARD, lane);
        }
        WebSocket socket = builder.buildAsync(URI.create(NEXT), new Listener(said)).get();
        socket.sendText("hello", true).get();
        String answer = said.get();
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get();
        return answer;
    }

    private record Listener(CompletableFuture<String> said) implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            said.complete(text.toString());
            socket.request(1);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable problem) {
            said.completeExceptionally(problem);
        }
    }
}
