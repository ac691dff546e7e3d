package io.synfire.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.replay.Tail;
import io.synfire.ingest.sighting.Sightings;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A record of a file that was ahead of the run that read it was not learned: who takes back, shows or asks what was learned passes over it,
 * also when its time has come; and counts the same line where a later run has learned it.
 */
final class AheadOfItsRunTest {

    private static final long HALF_AN_HOUR_MS = 1_800_000;
    private static final String FIRST = record(FileKit.NOW_MS - 1, "u", "milk");
    private static final String SOON = record(FileKit.NOW_MS + HALF_AN_HOUR_MS, "u", "milk");
    private static final String INK = record(FileKit.NOW_MS + HALF_AN_HOUR_MS + 1, "u", "ink");
    private static final String OTHER = record(FileKit.NOW_MS + 2, "v", "milk");

    @TempDir
    Path directory;

    private FileKit kit;

    @BeforeEach
    void makeKit() {
        kit = new FileKit(directory);
    }

    private static String record(long atMs, String context, String concept) {
        return "{\"at\":" + atMs + ",\"context\":\"" + context + "\",\"concepts\":[\"tea\",\"" + concept + "\"]}";
    }

    /** Two of four are ahead; an hour later the file has one of them once more. */
    private void learn(Engine engine) throws Exception {
        Path file = kit.write("a.jsonl", FIRST, SOON, INK, OTHER);
        assertThat(kit.learn(engine, file).rejected()).isEqualTo(2);
        kit.nowMs += 2 * HALF_AN_HOUR_MS;
        kit.append(file, SOON + "\n");
        assertThat(kit.learn(engine, file).rejected()).isZero();
        assertThat(engine.digest()).isEqualTo(kit.told(FIRST, OTHER, SOON));
        kit.nowMs += 2 * HALF_AN_HOUR_MS;
    }

    @Test
    void itIsNotTakenBack() throws Exception {
        try (Engine engine = kit.open("store")) {
            learn(engine);
            FileForgetter forgetter = new FileForgetter(
                    engine, directory.resolve("forgotten.jsonl"), kit.deadLetters(), Decoding.plain());
            ForgetReceipt receipt = forgetter.forgetContext("u");
            assertThat(receipt.episodes()).isEqualTo(2);
            assertThat(engine.digest().learned()).isEqualTo(kit.told(OTHER).learned());
            int tea = engine.view().conceptOf("tea");
            assertThat(engine.view().activity(FileKit.NOW_MS + HALF_AN_HOUR_MS).of(tea, 0))
                    .isCloseTo(1, org.assertj.core.data.Offset.offset(0.01));
        }
    }

    @Test
    void itIsNoEvidence() throws Exception {
        try (Engine engine = kit.open("store")) {
            learn(engine);
            FileSightings sightings = new FileSightings(
                    engine.positions(), engine.view().stretches(), engine.view().settings(), null, kit.limits);
            Sightings found = sightings.find("tea", "milk", 10);
            assertThat(found.found())
                    .extracting(sighting -> sighting.latest().offset())
                    .containsExactly(4L, 3L, 0L);
            assertThat(sightings.find("tea", "ink", 10).found()).isEmpty();
        }
    }

    @Test
    void itIsNotInTheTail() throws Exception {
        try (Engine engine = kit.open("store")) {
            learn(engine);
            Tail tail = new Tail(FileKit.NOW_MS, 100);
            new FileTail(engine.view().settings(), Decoding.plain(), kit.nowMs)
                    .read(
                            List.of(new FileTail.Log(
                                    engine.positions(), engine.view().stretches())),
                            tail,
                            records -> {});
            assertThat(tail.episodes())
                    .extracting(Episode::atMs)
                    .containsExactly(FileKit.NOW_MS + 2, FileKit.NOW_MS + HALF_AN_HOUR_MS);
        }
    }
}
