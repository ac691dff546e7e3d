package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.view.Trials;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.ExplainQuery;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.TrendingQuery;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job: real purchases through a real broker, from the jar, in little memory. */
final class DemoIT {

    private static final long RESIDENT_KB_MAX = 512 * 1024;
    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);
    private static final Duration BOUND = Duration.ofMinutes(3);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void itLearnsAllPurchasesOnceWithinHalfAGigabyteAnsweringMeanwhileAndTheNextOneLearnsNothingTwice()
            throws Exception {
        assertThat(demoThatServes())
                .contains("what goes with ROSES REGENCY TEACUP AND SAUCER?")
                .containsPattern("264\\.819  GREEN REGENCY TEACUP AND SAUCER")
                .contains("learned 20,610 episodes (56,982,646 pairs in all)")
                .contains("from 20,610 episodes; 0 dead letters");
        String second = demo("second.log");
        assertThat(second)
                .containsPattern("264\\.819  GREEN REGENCY TEACUP AND SAUCER")
                .contains("learned 0 episodes (56,982,646 pairs in all)")
                .contains("from 20,610 episodes; 0 dead letters");
        try (Engine engine = Engine.openReadOnly(
                directory.resolve("data/store"), new EngineOptions(64 << 20), new SimpleMeterRegistry())) {
            Queries queries = new Queries(engine.view());
            assertMeasuresAreThoseOfTheBaskets(queries);
            Answers.Trending trending = queries.trending(TrendingQuery.defaults());
            assertThat(trending.fast()).isEqualTo("7d");
            assertThat(trending.slow()).isEqualTo("90d");
            assertThat(trending.concepts()).hasSize(10);
            assertThat(trending.associations()).hasSize(10);
        }
        forgetAConcept();
        assertThat(demo("third.log"))
                .contains("learning               [" + "=".repeat(40) + "] 20,612 / 20,612")
                .contains("learned 0 episodes")
                .contains("from 20,610 episodes; 0 dead letters");
    }

    /** It is asked while it learns, and says that it catches up; what it printed. */
    private String demoThatServes() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        boolean wasLive = false;
        boolean wasCatchingUp = false;
        boolean wasRefused = false;
        long peakKb = 0;
        try (JarProcess demo = JarProcess.startPlain(
                directory.resolve("first.log"),
                List.of("-Xmx192m", "-XX:+UseSerialGC"),
                "demo",
                "--data",
                directory.resolve("data").toString(),
                "--set",
                "http.port=0")) {
            String url = demo.awaitUrl();
            long end = System.nanoTime() + BOUND.toNanos();
            while (!demo.output().contains("open " + url) && System.nanoTime() < end) {
                assertThat(demo.isAlive()).as("%s", demo.output()).isTrue();
                assertThat(get(http, url + "/health/live").statusCode()).isEqualTo(200);
                wasLive = true;
                HttpResponse<String> ready = get(http, url + "/health/ready");
                // Nothing foreign gets between the purchases.
                wasRefused |= !wasRefused && post(http, url + "/v1/episodes").statusCode() == 503;
                wasCatchingUp |= ready.statusCode() == 503
                        && demo.output().contains("learning")
                        && get(http, url + "/v1/status").body().matches("(?s).*\"episodes\":[1-9].*");
                peakKb = Math.max(peakKb, demo.peakResidentKb());
                LockSupport.parkNanos(20_000_000);
            }
            assertThat(demo.output()).contains("learned 20,610 episodes").contains("open " + url);
            assertThat(List.of(wasLive, wasCatchingUp, wasRefused)).containsExactly(true, true, true);
            assertThat(get(http, url + "/health/ready").statusCode()).isEqualTo(200);
            System.out.println("the demo that serves peaked at " + peakKb / 1024 + " MiB resident");
            assertThat(peakKb).isLessThanOrEqualTo(RESIDENT_KB_MAX);
            demo.terminate();
            assertThat(demo.awaitExit(Duration.ofSeconds(30)))
                    .as("%s", demo.output())
                    .isZero();
            return demo.output();
        }
    }

    /** Pairs that were bought together at least three times, counted anew in the bundled baskets. */
    private static void assertMeasuresAreThoseOfTheBaskets(Queries queries) throws Exception {
        System.out.println("seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        BasketCount baskets = BasketCount.ofTheDemo();
        Set<List<String>> pairs = new HashSet<>();
        while (pairs.size() < 200) {
            List<String> pair = baskets.randomPair(random);
            if (baskets.together(pair.get(0), pair.get(1)) >= 3 && pairs.add(pair)) {
                Answers.Explanation answer = queries.explain(ExplainQuery.of(pair.get(0), pair.get(1)));
                assertThat(answer.trials()).isEqualTo(Trials.Unit.EPISODES);
                assertThat(answer.horizons())
                        .extracting(Answers.HorizonExplanation::horizon)
                        .containsExactly("7d", "90d");
                assertMeasures(pair, answer.horizons().get(0), baskets.weighed(pair.get(0), pair.get(1), 7));
                assertMeasures(pair, answer.horizons().get(1), baskets.weighed(pair.get(0), pair.get(1), 90));
            }
        }
    }

    private static void assertMeasures(
            List<String> pair, Answers.HorizonExplanation found, BasketCount.Weighed recount) {
        double lift = recount.both() * recount.all() / (recount.first() * recount.second());
        double npmi = Math.log(lift) / -Math.log(recount.both() / recount.all());
        same(pair, found, Measure.CONFIDENCE, recount.both() / recount.first());
        same(pair, found, Measure.LIFT, lift);
        same(pair, found, Measure.NPMI, npmi);
    }

    /** Within 1 %; of npmi 1e-5 besides, which is what evidence next to chance is kept to. */
    private static void same(List<String> pair, Answers.HorizonExplanation found, Measure measure, double expected) {
        double rounding = measure == Measure.NPMI ? 1e-5 : 0;
        assertThat(found.forward().measures().get(measure))
                .as("%s of %s at %s", measure, pair, found.horizon())
                .isNotNull()
                .isCloseTo(expected, within(0.01 * Math.abs(expected) + rounding));
    }

    /** Appends a command behind the purchases, in a transaction, whose end has an offset of its own. */
    private void forgetAConcept() throws Exception {
        try (JarProcess forget = JarProcess.start(
                directory.resolve("forget.log"),
                List.of("-Xmx192m", "-XX:+UseSerialGC"),
                "forget",
                "--concept",
                "PARTY BUNTING",
                "--data",
                directory.resolve("data").toString())) {
            assertThat(forget.awaitExit(BOUND)).as("%s", forget.output()).isZero();
            assertThat(forget.output()).contains("partition 0 offset 20610").containsPattern("applied +yes");
        }
    }

    private static HttpResponse<String> get(HttpClient http, String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(HttpClient http, String url) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"concepts\":[\"x\",\"y\"]}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String demo(String log) throws Exception {
        Path data = directory.resolve("data");
        long peakKb = 0;
        try (JarProcess demo = JarProcess.startPlain(
                directory.resolve(log),
                List.of("-Xmx192m", "-XX:+UseSerialGC"),
                "demo",
                "--once",
                "--data",
                data.toString())) {
            long end = System.nanoTime() + BOUND.toNanos();
            while (demo.isAlive() && System.nanoTime() < end) {
                peakKb = Math.max(peakKb, demo.peakResidentKb());
                LockSupport.parkNanos(10_000_000);
            }
            assertThat(demo.awaitExit(Duration.ofMinutes(1)))
                    .as("%s", demo.output())
                    .isZero();
            System.out.println("the demo peaked at " + peakKb / 1024 + " MiB resident");
            assertThat(peakKb).isLessThanOrEqualTo(RESIDENT_KB_MAX);
            return demo.output();
        }
    }
}
