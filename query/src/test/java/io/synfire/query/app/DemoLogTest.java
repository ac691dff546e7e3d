package io.synfire.query.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the demo finds of itself in a log: each purchase that is there, whatever else was appended by commands. */
final class DemoLogTest {

    private static final byte[] FORGET =
            "{\"forget\":{\"concept\":\"PARTY BUNTING\"},\"eventId\":\"f-1\"}".getBytes(UTF_8);
    private static final byte[] RETRACT =
            "{\"retract\":{\"context\":\"u\",\"episodes\":[{\"at\":1,\"concepts\":[\"a\"]}]}}".getBytes(UTF_8);
    private static final byte[] POSTED = "{\"concepts\":[\"tea\",\"milk\"]}".getBytes(UTF_8);
    private static final byte[] REJECTED = "{\"concepts\":7}".getBytes(UTF_8);

    @Test
    void nothingIsThereOfAnEmptyLog() throws Exception {
        List<byte[]> purchases = purchases(1);
        try (DemoBaskets baskets = new DemoBaskets()) {
            DemoLog log = new DemoLog(baskets);
            assertThat(log.present()).isZero();
            assertThat(log.missing()).isEqualTo(purchases.get(0));
        }
    }

    @Test
    void whatCommandsAppendedBetweenPurchasesIsNoPurchase() throws Exception {
        List<byte[]> purchases = purchases(4);
        try (DemoBaskets baskets = new DemoBaskets()) {
            DemoLog log = new DemoLog(baskets);
            for (byte[] value :
                    List.of(FORGET, purchases.get(0), purchases.get(1), FORGET, RETRACT, REJECTED, purchases.get(2))) {
                assertThat(log.see(value)).isTrue();
            }
            assertThat(log.see(null)).isTrue();
            // By offsets, the seventh and eighth purchase would be taken for there.
            assertThat(log.present()).isEqualTo(3);
            assertThat(log.missing()).isEqualTo(purchases.get(3));
        }
    }

    @Test
    void anEpisodeOfOthersBeforeTheLastPurchaseIsAnotherLog() throws Exception {
        List<byte[]> purchases = purchases(3);
        try (DemoBaskets baskets = new DemoBaskets()) {
            DemoLog log = new DemoLog(baskets);
            assertThat(log.see(POSTED)).isFalse();
            assertThat(log.see(purchases.get(0))).isTrue();
            assertThat(log.see(purchases.get(2))).isFalse();
        }
    }

    @Test
    void behindTheLastPurchaseMayBeAnything() throws Exception {
        try (DemoBaskets baskets = new DemoBaskets()) {
            DemoLog log = new DemoLog(baskets);
            int passed = 0;
            for (byte[] missing = log.missing(); missing != null; missing = log.missing()) {
                assertThat(log.see(missing.clone())).isTrue();
                passed++;
            }
            assertThat(passed).isEqualTo(20_610);
            assertThat(log.see(POSTED)).isTrue();
            assertThat(log.present()).isEqualTo(20_610);
        }
    }

    private static List<byte[]> purchases(int count) throws Exception {
        List<byte[]> purchases = new ArrayList<>();
        try (DemoBaskets baskets = new DemoBaskets()) {
            for (int i = 0; i < count; i++) {
                purchases.add(baskets.next());
            }
        }
        return purchases;
    }
}
