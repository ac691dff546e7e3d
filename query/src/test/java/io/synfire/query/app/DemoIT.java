package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job: real purchases through a real broker, from the jar, in little memory. */
final class DemoIT {

    private static final long RESIDENT_KB_MAX = 512 * 1024;
    private static final Duration BOUND = Duration.ofMinutes(3);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void theDemoLearnsAllPurchasesOnceWithinHalfAGigabyteAndTheNextOneLearnsNothingTwice() throws Exception {
        String first = demo("first.log");
        assertThat(first)
                .contains("what goes with ROSES REGENCY TEACUP AND SAUCER?")
                .containsPattern("11\\.884  GREEN REGENCY TEACUP AND SAUCER")
                .contains("learned 20,610 episodes (56,982,646 pairs in all)")
                .contains("from 20,610 episodes; 0 dead letters");
        String second = demo("second.log");
        assertThat(second)
                .containsPattern("11\\.884  GREEN REGENCY TEACUP AND SAUCER")
                .contains("learned 0 episodes (56,982,646 pairs in all)")
                .contains("from 20,610 episodes; 0 dead letters");
    }

    private String demo(String log) throws Exception {
        Path data = directory.resolve("data");
        long peakKb = 0;
        try (JarProcess demo = JarProcess.start(
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
            assertThat(demo.awaitExit(Duration.ofSeconds(1)))
                    .as("%s", demo.output())
                    .isZero();
            System.out.println("the demo peaked at " + peakKb / 1024 + " MiB resident");
            assertThat(peakKb).isLessThanOrEqualTo(RESIDENT_KB_MAX);
            return demo.output();
        }
    }
}
