package io.synfire.engine.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BatchTest {

    private static final Episode OF_THREE = episode(null, "a", "b", "c");
    private static final Episode OF_A_CONTEXT = episode("cart", "a", "b");
    private static final Forget FORGET = new Forget("a");

    @Test
    void whatItsEntriesComeToIsTheirSum() {
        Batch batch = Batch.of(OF_THREE, OF_A_CONTEXT, OF_THREE);

        // 3·2 + 2·1 + 3·2 ordered pairs; the two of the context.
        assertThat(batch.pairs()).isEqualTo(14);
        assertThat(batch.inContext()).isEqualTo(2);
        assertThat(batch.kept()).isEqualTo(3);
        Learned learned = new Learned(OF_A_CONTEXT, 1_000);
        Retraction ofTwo = new Retraction("cart", List.of(), List.of(learned, learned), null);
        assertThat(Batch.of(FORGET, ofTwo).kept()).isEqualTo(3);
        assertThat(batch.hasForget()).isFalse();
        assertThat(Batch.of(OF_THREE, FORGET).hasForget()).isTrue();
        assertThat(Batch.of().pairs()).isZero();
    }

    @Test
    void itsEntriesAreAListLikeAnyOther() {
        List<Entry> entries = new ArrayList<>(List.of(OF_THREE, FORGET));
        Batch batch = new Batch("p", entries, List.of(), 0);
        entries.clear();

        assertThat(batch.entries()).containsExactly(OF_THREE, FORGET);
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> batch.entries().add(FORGET));
        assertThat(batch).isEqualTo(new Batch("p", List.of(OF_THREE, FORGET), List.of(), 0));
        assertThat(batch.ofSource(7).pairs()).isEqualTo(6);
        assertThatNullPointerException().isThrownBy(() -> new Batch("p", Arrays.asList(OF_THREE, null), List.of(), 0));
    }

    private static Episode episode(@Nullable String context, String... concepts) {
        return new Episode(
                1_000, context, Arrays.stream(concepts).map(Activation::of).toList(), 1, null);
    }
}
