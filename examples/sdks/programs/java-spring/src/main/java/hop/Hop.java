package hop;

import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/**
 * One hop, as people write it with Spring Boot and its RestClient: it knows nothing of tracing or
 * of lanes. It answers GET with its name and the context that came in, and with what the next
 * service says.
 */
@RestController
@SpringBootApplication
public class Hop {
  private static final List<String> CONTEXT =
      List.of("baggage", "traceparent", "b3", "sw8", "sw8-correlation", "x-asm-prefer-tag");

  private final RestClient client;

  Hop(RestClient.Builder builder) {
    client = builder.build();
  }

  @GetMapping(path = "/", produces = "text/plain")
  String hop(@RequestHeader HttpHeaders headers) {
    StringBuilder answer = new StringBuilder();
    answer.append(System.getenv("SERVICE")).append(' ').append(System.getenv("VERSION"));
    answer.append('\n');
    for (String name : CONTEXT) {
      for (String value : headers.getOrEmpty(name)) {
        answer.append("  ").append(name).append(": ").append(value).append('\n');
      }
    }
    String next = System.getenv("NEXT");
    if (next != null && !next.isEmpty()) {
      answer.append(client.get().uri(next).retrieve().body(String.class));
    }
    return answer.toString();
  }

  public static void main(String[] arguments) {
    SpringApplication.run(Hop.class, arguments);
  }
}
