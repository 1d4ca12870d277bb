#!/bin/sh
# opentelemetry-api 1.68.0 in Kotlin coroutines, without the Java agent: a scope belongs to a thread.
# A coroutine that makes baggage current and then suspends leaves it on the thread, and the next
# coroutine that runs there is in it: a request without a lane sends the lane of another. That is
# worse than a lane lost, since nothing looks wrong. `asContextElement` of
# opentelemetry-extension-kotlin puts it right.
#
# Under the Java agent 2.33.1 the same lines lose it after the suspension and give it to nobody else.
#
# Seen with kotlin 2.4.21, kotlinx-coroutines 1.11.0, Java 17:
#   scope, first request after it waited: s2
#   scope, another request meanwhile: s2
#   element, first request after it waited: s2
#   element, another request meanwhile: null
#   with the agent: scope, first request after it waited: null
#   with the agent: scope, another request meanwhile: null
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'END'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>x</groupId><artifactId>x</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.opentelemetry</groupId><artifactId>opentelemetry-extension-kotlin</artifactId><version>1.68.0</version></dependency>
    <dependency><groupId>io.opentelemetry.javaagent</groupId><artifactId>opentelemetry-javaagent</artifactId><version>2.33.1</version></dependency>
    <dependency><groupId>org.jetbrains.kotlin</groupId><artifactId>kotlin-compiler-embeddable</artifactId><version>2.4.21</version></dependency>
    <dependency><groupId>org.jetbrains.kotlinx</groupId><artifactId>kotlinx-coroutines-core-jvm</artifactId><version>1.11.0</version></dependency>
  </dependencies>
</project>
END
mvn --quiet --batch-mode dependency:copy-dependencies -DoutputDirectory=packages >/dev/null
cat >Requests.kt <<'END'
import io.opentelemetry.api.baggage.Baggage
import io.opentelemetry.context.Context
import io.opentelemetry.extension.kotlin.asContextElement
import java.util.concurrent.Executors
import kotlinx.coroutines.*

fun lane() = Baggage.current().getEntryValue("lane")

suspend fun meanwhile(how: String, first: suspend (suspend () -> Unit) -> Unit) {
    val one = Executors.newSingleThreadExecutor().asCoroutineDispatcher()
    one.use {
        coroutineScope {
            val isWaiting = CompletableDeferred<Unit>()
            val mayGoOn = CompletableDeferred<Unit>()
            val request = launch(one) {
                first {
                    isWaiting.complete(Unit)
                    mayGoOn.await()
                    println("$how, first request after it waited: ${lane()}")
                }
            }
            isWaiting.await()
            launch(one) { println("$how, another request meanwhile: ${lane()}") }.join()
            mayGoOn.complete(Unit)
            request.join()
        }
    }
}

fun main() = runBlocking {
    val baggage = Baggage.builder().put("lane", "s2").build()
    meanwhile("scope") { work -> baggage.makeCurrent().use { work() } }
    meanwhile("element") { work ->
        withContext(Context.current().with(baggage).asContextElement()) { work() }
    }
}
END
path=$(find packages -name '*.jar' ! -name '*javaagent*' | tr '\n' ':')
java -cp "$path" org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -nowarn -no-stdlib -no-reflect -cp "$path" -d requests.jar Requests.kt
alone=$(java -cp "$path:requests.jar" RequestsKt)
export OTEL_TRACES_EXPORTER=none OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none
agent=$(java -Xshare:off -javaagent:packages/opentelemetry-javaagent-2.33.1.jar -cp "$path:requests.jar" RequestsKt 2>/dev/null | grep '^scope' | sed 's/^/with the agent: /')
printf '%s\n%s\n' "$alone" "$agent"
seen() { printf '%s\n%s\n' "$alone" "$agent" | grep -qx "$1"; }
seen 'scope, another request meanwhile: s2'
seen 'element, another request meanwhile: null'
seen 'element, first request after it waited: s2'
seen 'with the agent: scope, another request meanwhile: null'
seen 'with the agent: scope, first request after it waited: null'
