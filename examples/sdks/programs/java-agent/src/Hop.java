import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.Executors;

/**
 * One hop of the JDK alone, server and client: it knows nothing of tracing or of lanes, and the
 * agent of OpenTelemetry is all that carries them. It answers GET with its name and the context
 * that came in, and with what the next service says.
 */
public class Hop {
  private static final List<String> CONTEXT =
      List.of("baggage", "traceparent", "b3", "sw8", "sw8-correlation", "x-asm-prefer-tag");
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  static void answer(HttpExchange exchange) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(System.getenv("SERVICE")).append(' ').append(System.getenv("VERSION"));
    text.append('\n');
    for (String name : CONTEXT) {
      for (String value : exchange.getRequestHeaders().getOrDefault(name, List.of())) {
        text.append("  ").append(name).append(": ").append(value).append('\n');
      }
    }
    int status = 200;
    String next = System.getenv("NEXT");
    if (next != null && !next.isEmpty()) {
      try {
        var reply = CLIENT.send(HttpRequest.newBuilder(URI.create(next)).build(), BodyHandlers.ofString());
        status = reply.statusCode() == 200 ? 200 : 502;
        text.append(reply.body());
      } catch (IOException | InterruptedException failed) {
        status = 502;
        text.append(failed).append('\n');
      }
    }
    byte[] body = text.toString().getBytes();
    exchange.getResponseHeaders().set("Content-Type", "text/plain");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  public static void main(String[] arguments) throws IOException {
    String host = System.getenv().getOrDefault("HOST", "0.0.0.0");
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8000"));
    HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", Hop::answer);
    server.start();
  }
}
