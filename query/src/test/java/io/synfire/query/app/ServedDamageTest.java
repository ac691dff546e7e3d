package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.StoreImage;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.query.cli.Operations.Common;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The disk loses what it held, beneath a memory that is served: a question is answered as before, or says what is the matter. */
@Timeout(300)
final class ServedDamageTest {

    private static final int CONCEPTS = 100;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static final Map<String, String> RIGHT_ANSWERS = new LinkedHashMap<>();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path directory;

    /** What is done to a table. */
    private interface Damage {
        void of(Path table, long middle);
    }

    @BeforeAll
    static void learnAndAsk() throws Exception {
        Settings settings = settings("whole");
        try (Engine engine = Engine.open(
                settings.store(), Map.of("half-lives", "30d"), settings.engine(), new SimpleMeterRegistry())) {
            SplittableRandom random = new SplittableRandom(20_111_209);
            List<Entry> episodes = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                String[] basket = random.ints(6, 0, CONCEPTS)
                        .distinct()
                        .mapToObj(concept -> "c" + concept)
                        .toArray(String[]::new);
                episodes.add(Episode.of(i * 60_000L, basket));
            }
            engine.apply(new Batch("", episodes, List.of(), 0));
        }
        try (Server server = Server.offline(settings)) {
            server.start();
            for (int concept = 0; concept < CONCEPTS; concept++) {
                for (String question : List.of(
                        "/v1/concepts/c" + concept + "/associations?k=1000",
                        "/v1/recall?hops=1&k=1000&cue=c" + concept,
                        "/v1/associations?from=c" + concept + "&to=c7")) {
                    HttpResponse<String> answer = get(server, question);
                    assertThat(answer.statusCode()).isEqualTo(200);
                    RIGHT_ANSWERS.put(question, answer.body());
                }
            }
        }
    }

    @Test
    void aFlippedBitIsNeverAnAnswer() throws Exception {
        assertRightOrRefused(StoreImage::flip);
    }

    @Test
    void aTableThatIsCutShortIsNeverAnAnswer() throws Exception {
        assertRightOrRefused(StoreImage::truncate);
    }

    private void assertRightOrRefused(Damage damage) throws Exception {
        Settings settings = settings("damaged");
        StoreImage.copy(settings("whole").store(), settings.store());
        Path table = StoreImage.largestTable(settings.store());
        try (Server server = Server.offline(settings)) {
            server.start();
            damage.of(table, table.toFile().length() / 2);
            assertThat(get(server, "/health/ready").statusCode())
                    .as("ready, as nobody has met it")
                    .isEqualTo(200);
            assertThat(get(server, "/metrics").body()).contains("synfire_store_damaged 0.0\n");
            int right = 0;
            int refused = 0;
            for (Map.Entry<String, String> question : RIGHT_ANSWERS.entrySet()) {
                HttpResponse<String> answer = get(server, question.getKey());
                if (answer.statusCode() == 200) {
                    assertThat(answer.body()).as(question.getKey()).isEqualTo(question.getValue());
                    right++;
                } else {
                    assertRefused(answer, settings, table);
                    if (refused++ == 0) {
                        assertTold(server, table);
                    }
                }
            }
            assertThat(right).as("right answers").isPositive();
            assertThat(refused).as("refused ones").isPositive();
            assertTold(server, table);
        }
    }

    private static void assertRefused(HttpResponse<String> answer, Settings settings, Path table) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        Path data = settings.data();
        assertThat(answer.body())
                .contains("file=" + table.getFileName())
                .contains("synfire restore BACKUP --force --data " + data)
                .contains("synfire rebuild --data " + data + " --into " + data + "-rebuilt");
    }

    /** From the first who met it on, whoever looks after the process is told. */
    private static void assertTold(Server server, Path table) throws Exception {
        HttpResponse<String> ready = get(server, "/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("file=" + table.getFileName());
        assertThat(get(server, "/metrics").body()).contains("synfire_store_damaged 1.0\n");
        assertThat(get(server, "/v1/status").body())
                .contains("\"ready\":false")
                .contains("file=" + table.getFileName());
        assertThat(get(server, "/health/live").statusCode()).isEqualTo(200);
    }

    private static HttpResponse<String> get(Server server, String path) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(server.url() + path)).build(), BodyHandlers.ofString());
    }

    private static Settings settings(String name) throws IOException {
        Common common = new Common(directory.resolve(name), null, List.of("http.port=0", "memory=16MiB"));
        return Settings.load(common, Map.of(), Map.of());
    }
}
