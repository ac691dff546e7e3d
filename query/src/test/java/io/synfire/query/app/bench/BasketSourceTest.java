package io.synfire.query.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What long runs learn, and what they read of the process. */
final class BasketSourceTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void theSameBasketsComeAgainLaterInTime() {
        BasketSource source = BasketSource.repeating(3, 4);
        List<String> baskets = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Workload basket = source.next();
            baskets.add(concepts(basket));
            times.add(basket.atMs());
        }
        assertThat(baskets.subList(4, 8)).isEqualTo(baskets.subList(0, 4)).doesNotHaveDuplicates();
        assertThat(baskets.subList(8, 12)).isEqualTo(baskets.subList(0, 4));
        assertThat(times).isSorted().doesNotHaveDuplicates();
        assertThat(times.get(11) - times.get(0)).isEqualTo(11 * 100);
    }

    @Test
    void anEndlessSourceIsTheWorkload() {
        BasketSource source = BasketSource.endless(3);
        Workload workload = new Workload(3);
        for (int i = 0; i < 100; i++) {
            workload.next();
            assertThat(source.next().json()).isEqualTo(workload.json());
        }
    }

    @Test
    void whatIsResidentIsReadOrNotKnown() throws IOException {
        Path status = directory.resolve("status");
        assertThat(ResidentMemory.of(status).bytes()).isNull();
        Files.writeString(status, "Name:\tjava\nVmHWM:\t    9 kB\nVmRSS:\t    2048 kB\nRssAnon:\t   7 kB\n");
        assertThat(ResidentMemory.of(status).bytes()).isEqualTo(2L << 20);
        Files.writeString(status, "Name:\tjava\n");
        assertThat(ResidentMemory.of(status).bytes()).isNull();
    }

    private static String concepts(Workload basket) {
        String json = new String(basket.json(), StandardCharsets.UTF_8);
        return json.substring(json.indexOf("concepts"));
    }
}
