package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.store.StoreInspection;
import io.synfire.engine.view.Digest;
import io.synfire.engine.view.Verification;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What verifying a store finds, and what it does not. */
final class StoreVerificationTest {

    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);

    @TempDir
    Path directory;

    @Test
    void aStoreOfAnyLogIsSoundBesideItsWriterAndAfterIt() {
        for (long seed = 1; seed <= 6; seed++) {
            Path store = directory.resolve("store-" + seed);
            boolean commands = seed % 2 == 0;
            List<Line> log = RandomLog.of(seed, new Shape(800, 60, 600_000, commands ? 10 : 0, commands));
            Digest digest;
            try (Engine engine = open(store, Map.of("half-lives", "[1d, 30d]"))) {
                int count = 0;
                for (Line line : log) {
                    engine.apply(new Batch(line.partition(), List.of(line.entry()), List.of(), 0));
                    if (++count % 97 == 0) {
                        engine.checkpoint();
                        assertThat(Engine.verify(store, OPTIONS).findings())
                                .as("seed %d after %d", seed, count)
                                .isEmpty();
                    }
                }
                digest = engine.digest();
            }
            Verification found = Engine.verify(store, OPTIONS);
            assertThat(found.findings()).as("seed %d", seed).isEmpty();
            assertThat(found.digest()).isEqualTo(digest);
            assertThat(found.tables()).isPositive();
        }
    }

    @Test
    void aRowThatIsGoneIsMissed() {
        Path store = directory.resolve("store");
        try (Engine engine = open(store, Map.of())) {
            engine.apply(Batch.of(Episode.of(1, "a", "b", "c"), Episode.of(2, "b", "c"), Episode.of(3, "a", "c")));
        }
        assertThat(Engine.verify(store, OPTIONS).isSound()).isTrue();
        StoreInspection.removeRow(store, 1);
        Verification found = Engine.verify(store, OPTIONS);
        assertThat(found.isSound()).isFalse();
        assertThat(found.findings())
                .anySatisfy(finding -> assertThat(finding.where()).isEqualTo("associations"))
                .anySatisfy(finding -> assertThat(finding.what())
                        .startsWith("without contexts as much leads to a concept as from it: concept=b from=0.0 to="))
                .anySatisfy(finding -> assertThat(finding.what())
                        .contains("evidence from a concept is not what positive impulses add up to: concept=b"));
    }

    @Test
    void aRowThatIsGoneIsMissedOfSessionsToo() {
        Path store = directory.resolve("store");
        try (Engine engine = open(store, Map.of("half-lives", "none", "rule", "hebb"))) {
            for (int i = 0; i < 5; i++) {
                engine.apply(new Batch("p", List.of(inContext(2L * i, "a"), inContext(2L * i + 1, "b")), List.of(), 0));
            }
        }
        assertThat(Engine.verify(store, OPTIONS).findings()).isEmpty();
        StoreInspection.removeRow(store, 1);
        assertThat(Engine.verify(store, OPTIONS).findings()).anySatisfy(finding -> assertThat(finding.what())
                .contains("evidence from a concept is not what positive impulses add up to: concept=b evidence=0.0"));
    }

    @Test
    void depressedEvidenceIsLessThanWhatWasPotentiatedAndSound() {
        Path store = directory.resolve("store");
        try (Engine engine = open(store, Map.of("half-lives", "none", "rule", "stdp"))) {
            for (int i = 0; i < 5; i++) {
                engine.apply(new Batch("p", List.of(inContext(2L * i, "a"), inContext(2L * i + 1, "b")), List.of(), 0));
            }
        }
        assertThat(Engine.verify(store, OPTIONS).findings()).isEmpty();
    }

    @Test
    void potentiationThatDoesNotAddUpIsFound() {
        Path store = directory.resolve("store");
        try (Engine engine = open(store, Map.of())) {
            engine.apply(Batch.of(Episode.of(1, "a", "b", "c"), Episode.of(2, "b", "c"), Episode.of(3, "a", "c")));
        }
        StoreInspection.addToPotentiationFrom(store, 1, 0.01);
        Verification found = Engine.verify(store, OPTIONS);
        assertThat(found.findings())
                .anySatisfy(finding -> assertThat(finding.what())
                        .startsWith("positive impulses from all concepts and to all do not add up to the total"))
                .anySatisfy(finding -> assertThat(finding.what()).contains("evidence from a concept", "concept=b"));
    }

    /** Also where impulses of both signs were added: they may be more than what is left of them, and never less. */
    @Test
    void evidenceThatWasNeverAddedIsFound() {
        Path store = directory.resolve("store");
        try (Engine engine = open(store, Map.of("half-lives", "none", "rule", "stdp"))) {
            for (int i = 0; i < 5; i++) {
                engine.apply(new Batch("p", List.of(inContext(2L * i, "a"), inContext(2L * i + 1, "b")), List.of(), 0));
            }
        }
        assertThat(Engine.verify(store, OPTIONS).findings()).isEmpty();
        StoreInspection.addToPotentiationFrom(store, 0, -1_000);
        assertThat(Engine.verify(store, OPTIONS).findings()).anySatisfy(finding -> assertThat(finding.what())
                .contains("evidence from a concept is not what positive impulses add up to: concept=a"));
    }

    @Test
    void countsThatDoNotAddUpAreFound() {
        Path store = directory.resolve("store");
        try (Engine engine = open(store, Map.of())) {
            Episode wrong = Episode.of(2, "b", "c");
            engine.apply(Batch.of(Episode.of(1, "a", "b", "c"), wrong, Episode.of(3, "a", "c")));
            engine.apply(Batch.of(new Retraction(null, List.of(wrong)), new Forget("c"), Episode.of(4, "c")));
        }
        assertThat(Engine.verify(store, OPTIONS).findings()).isEmpty();
        StoreInspection.addToCount(store, 1, 1);
        assertThat(Engine.verify(store, OPTIONS).findings()).anySatisfy(finding -> assertThat(finding.what())
                // a twice, b once, c once since it was forgotten.
                .matches("activations are not those that the record says: remaining=Remaining\\[count=5, checksum=.*"
                        + " record=Remaining\\[count=4, checksum=.*"));
    }

    @Test
    void whatIsLeftOfAForgottenConceptIsFound() {
        Path store = directory.resolve("store");
        try (Engine engine = open(store, Map.of())) {
            engine.apply(Batch.of(Episode.of(1, "a", "b"), new Forget("b")));
        }
        assertThat(Engine.verify(store, OPTIONS).findings()).isEmpty();
        StoreInspection.putPotentiationFrom(store, 1, 0.01);
        assertThat(Engine.verify(store, OPTIONS).findings()).anySatisfy(finding -> assertThat(finding.what())
                .isEqualTo("it was forgotten, but something is left: count=0"));
    }

    private static Episode inContext(long atMs, String concept) {
        return new Episode(atMs, "k", List.of(Activation.of(concept)), 1, null);
    }

    private static Engine open(Path store, Map<String, String> learning) {
        return Engine.open(store, learning, OPTIONS, new SimpleMeterRegistry());
    }
}
