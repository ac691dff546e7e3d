package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.StoreImage;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.view.Digest;
import io.synfire.engine.view.Verification;
import io.synfire.query.answer.BackupAnswer;
import io.synfire.query.answer.StatusAnswer;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.http.Admin;
import io.synfire.query.http.HttpServer;
import io.synfire.query.recall.RecallSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a memory that is served, whatever else is done with it meanwhile. */
@SuppressWarnings("NullAway.Init")
@Timeout(300)
final class LiveBackupsTest {

    private static final String SERVED = "data/store";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private Settings settings;

    @BeforeEach
    void load() throws IOException {
        Common common = new Common(directory.resolve("data"), null, List.of("http.port=0", "memory=16MiB"));
        settings = Settings.load(common, Map.of(), Map.of());
    }

    @Test
    void twoThatAreAskedForAtOnceAreBothMade() throws Exception {
        Engine engine = engine(SERVED, "c");
        try (LiveMemory memory = new LiveMemory(engine, RecallSettings.defaults());
                HttpServer http = server(memory)) {
            http.start();
            List<Path> targets = List.of(directory.resolve("monday"), directory.resolve("tuesday"));
            List<CompletableFuture<HttpResponse<String>>> asked = targets.stream()
                    .map(target -> CLIENT.sendAsync(posting(http.url(), target), BodyHandlers.ofString()))
                    .toList();
            for (CompletableFuture<HttpResponse<String>> answer : asked) {
                HttpResponse<String> made = answer.get(1, TimeUnit.MINUTES);
                assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
            }
            for (Path target : targets) {
                assertHolds(target, engine.digest());
            }
            assertThat(directory.resolve("data/store.links")).doesNotExist();
        }
    }

    @Test
    void whyThereIsNoneIsSaidToWhoAskedForIt() throws Exception {
        Engine engine = engine(SERVED, "c");
        Path table = StoreImage.largestTable(settings.store());
        StoreImage.flip(table, table.toFile().length() / 2);
        Path file = Files.writeString(directory.resolve("file"), "no directory");
        try (LiveMemory memory = new LiveMemory(engine, RecallSettings.defaults());
                HttpServer http = server(memory)) {
            http.start();
            HttpResponse<String> damaged =
                    CLIENT.send(posting(http.url(), directory.resolve("a")), BodyHandlers.ofString());
            assertThat(damaged.statusCode()).isEqualTo(503);
            // Of the memory that is served, not of the copy: it is the one that needs help.
            assertThat(damaged.body())
                    .contains("store=" + settings.store() + " file=" + table.getFileName())
                    .doesNotContain("unfinished");
            assertThat(engine.damage()).isPresent();
            HttpResponse<String> unwritable =
                    CLIENT.send(posting(http.url(), file.resolve("b")), BodyHandlers.ofString());
            assertThat(unwritable.statusCode()).isEqualTo(503);
            assertThat(unwritable.body()).contains("the backup cannot be made: backup=" + file);
        }
        assertThat(directory).isDirectoryNotContaining(path -> path.toString().contains("unfinished"));
        assertThat(directory.resolve("a")).doesNotExist();
    }

    @Test
    void aMemoryIsNotReplacedBeforeTheBackupUnderWayHasItsFiles() throws Exception {
        Engine before = engine(SERVED, "old");
        Digest digest = before.digest();
        Path target = directory.resolve("backup");
        try (LiveMemory memory = new LiveMemory(before, RecallSettings.defaults())) {
            LiveBackups backups = new LiveBackups(settings, memory);
            FutureTask<BackupAnswer> backup = new FutureTask<>(() -> backups.backup(target));
            CompletableFuture<Engine> replaced;
            // As whoever learns holds it, for a batch: the backup has to wait before it can link the files.
            synchronized (before) {
                Thread making = new Thread(backup, "backup");
                making.start();
                await().atMost(Duration.ofMinutes(1)).until(() -> waitsFor(making, "linkTo"));
                replaced = CompletableFuture.supplyAsync(() -> memory.replace(engine("data/store-1", "new")));
                while (!concept(memory).startsWith("new")) {
                    Thread.onSpinWait();
                }
                assertThatThrownBy(() -> replaced.get(500, TimeUnit.MILLISECONDS))
                        .as("the old one waits for its backup")
                        .isInstanceOf(TimeoutException.class);
            }
            replaced.get(1, TimeUnit.MINUTES).close();
            assertThat(backup.get(1, TimeUnit.MINUTES).digest()).isEqualTo(digest);
            assertHolds(target, digest);
        }
    }

    private static boolean waitsFor(Thread thread, String method) {
        StackTraceElement[] stack = thread.getStackTrace();
        return thread.getState() == Thread.State.BLOCKED
                && stack.length > 0
                && stack[0].getMethodName().equals(method);
    }

    private static String concept(LiveMemory memory) {
        return memory.ask(
                queries -> queries.concepts("", 1, null, null).concepts().get(0).concept());
    }

    /** It is sound, it says of itself what it is, and it is what it was made of. */
    private void assertHolds(Path backup, Digest digest) throws IOException {
        assertThat(BackupManifest.read(backup).digest()).isEqualTo(digest);
        Verification found = Engine.verify(backup.resolve("store"), settings.engine());
        assertThat(found.findings()).isEmpty();
        assertThat(found.digest()).isEqualTo(digest);
    }

    private static HttpRequest posting(String url, Path target) {
        return HttpRequest.newBuilder(URI.create(url + "/v1/admin/backup"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"directory\":\"" + target + "\"}"))
                .build();
    }

    private HttpServer server(LiveMemory memory) {
        return new HttpServer(
                settings.http(),
                memory,
                () -> memory.look(engine -> StatusAnswer.of(engine.view(), engine.memoryUse(), true, 0L, null, null)),
                null,
                null,
                new Admin(new LiveBackups(settings, memory), null),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                InstantSource.system());
    }

    /** A memory of so much that its files take a moment to be copied. */
    private Engine engine(String store, String concepts) {
        Engine engine = Engine.open(
                directory.resolve(store), Map.of("half-lives", "none"), settings.engine(), new SimpleMeterRegistry());
        SplittableRandom random = new SplittableRandom(20_111_209);
        List<Entry> episodes = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            episodes.add(Episode.of(
                    0,
                    random.ints(5, 0, 300)
                            .distinct()
                            .mapToObj(concept -> concepts + concept)
                            .toArray(String[]::new)));
        }
        engine.apply(new Batch("", episodes, List.of(), 0));
        engine.flush();
        return engine;
    }
}
