package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.Retracted;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.BeforeWatermarkException;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a view promises of its calls: whom it refuses, and what it says of those that are gone. */
final class ViewPromisesTest {

    private static final long AT_MS = 1_000_000;

    @TempDir
    Path directory;

    private Engine open() {
        return Engine.open(
                directory, Map.of("half-lives", "none"), new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }

    @Test
    void eachMethodThrowsAfterTheEngineWasClosed() throws IllegalAccessException {
        Engine writing = open();
        writing.apply(Batch.of(Episode.of(AT_MS, "a", "b")));
        assertEachThrowsAfter(writing);
        assertEachThrowsAfter(Engine.openReadOnly(directory, new EngineOptions(16 << 20), new SimpleMeterRegistry()));
    }

    private static void assertEachThrowsAfter(Engine engine) throws IllegalAccessException {
        MemoryView view = engine.view();
        int methods = 0;
        for (boolean isClosed : new boolean[] {false, true}) {
            for (Method method : MemoryView.class.getMethods()) {
                Object[] arguments = Arrays.stream(method.getParameterTypes())
                        .map(ViewPromisesTest::argument)
                        .toArray();
                Throwable thrown = null;
                try {
                    method.invoke(view, arguments);
                } catch (InvocationTargetException e) {
                    thrown = e.getCause();
                }
                if (isClosed) {
                    assertThat(thrown)
                            .as(method.toString())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage("the engine is closed");
                } else {
                    assertThat(thrown).as(method.toString()).isNull();
                }
                methods++;
            }
            engine.close();
        }
        assertThat(methods).isGreaterThan(2 * 20);
    }

    private static Object argument(Class<?> type) {
        if (type == int.class) {
            return 0;
        }
        if (type == long.class) {
            return AT_MS;
        }
        return type == String.class ? "a" : ReadTime.WATERMARK;
    }

    @Test
    void aMomentThatSomebodyHoldsAnswersAfterTheEngineWasClosed() {
        Engine engine = open();
        engine.apply(Batch.of(Episode.of(AT_MS, "a", "b")));
        Moment moment = engine.view().moment();
        Activity activity = engine.view().activity(AT_MS);
        engine.close();
        assertThat(moment.counts().episodes()).isOne();
        assertThat(moment.activity(ReadTime.WATERMARK).of(0, 0)).isOne();
        assertThat(activity.episodes(0)).isOne();
    }

    @Test
    void aMomentThatSomebodyHoldsKnowsTheIdsOfItsConceptsHoweverLongTheyAreForgotten() {
        try (Engine engine = open()) {
            engine.apply(Batch.of(Episode.of(AT_MS, "a", "b")));
            MemoryView view = engine.view();
            Moment before = view.moment();
            int a = view.conceptOf("a");
            engine.apply(Batch.of(new Forget("a")));
            Moment after = view.moment();
            for (int i = 0; i < 5; i++) {
                engine.apply(Batch.of(Episode.of(AT_MS + i, "c" + i, "d")));
                engine.checkpoint();
                assertThat(before.idOf(a)).isEqualTo("a");
            }
            assertThat(view.idOf(a)).isEmpty();
            assertThat(view.moment().idOf(a)).isEmpty();
            assertThat(after.isKnown(a)).isFalse();
            // What came later can be named, too.
            assertThat(before.idOf(view.conceptOf("c4"))).isEqualTo("c4");
            assertThatThrownBy(() -> before.idOf(view.conceptCount())).isInstanceOf(IndexOutOfBoundsException.class);
            // Many at once, the same.
            int[] many = {view.conceptOf("d"), a, view.conceptOf("c4"), a, view.conceptCount()};
            String[] ids = new String[4];
            before.idsOf(many, 4, ids);
            assertThat(ids).containsExactly("d", "a", "c4", "a");
            view.moment().idsOf(many, 2, ids);
            assertThat(ids).containsExactly("d", "", "c4", "a");
            assertThatThrownBy(() -> before.idsOf(many, 5, new String[5]))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> before.idsOf(many, 4, new String[3]))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void theEngineItselfThrowsAfterItWasClosedWhereItWouldNeedTheStore() {
        Engine engine = open();
        engine.close();
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> engine.apply(Batch.of(Episode.of(AT_MS, "a"))),
                engine::checkpoint,
                engine::startCheckpoint,
                engine::flush,
                engine::digest,
                engine::pairsAtOnce,
                engine::requireUndamaged,
                () -> engine.knowsCommand("", "c"),
                () -> engine.takeBackWhatIsNamed(false),
                () -> engine.linkTo(directory.resolve("linked")))) {
            assertThatIllegalStateException().isThrownBy(call).withMessage("the engine is closed");
        }
        assertThatCode(engine::close).doesNotThrowAnyException();
    }

    @Test
    void whereThereIsNoStoreWhoWantsToReadOneIsToldSoAndNoneIsMade() throws IOException {
        EngineOptions options = new EngineOptions(16 << 20);
        Path empty = Files.createDirectory(directory.resolve("empty"));
        for (Path none : List.of(directory.resolve("none"), empty)) {
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> Engine.openReadOnly(none, options, new SimpleMeterRegistry()),
                    () -> Engine.verify(none, options),
                    () -> Engine.outline(none))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(call)
                        .withMessage("there is no store here: store=" + none);
            }
        }
        assertThat(directory.resolve("none")).doesNotExist();
        assertThat(empty).isEmptyDirectory();
    }

    @Test
    void onlyAMemoryThatHasReadNothingIsToldWhatItsLogTakesBack() {
        try (Engine engine = open()) {
            engine.apply(Batch.of(Episode.of(0, "a")));
            assertThatIllegalStateException().isThrownBy(() -> engine.takeBackWhatIsLearned(new Retracted(1_000)));
        }
    }

    @Test
    void eachReadForATimeThatIsPastIsRefused() {
        try (Engine engine = open()) {
            engine.apply(Batch.of(Episode.of(AT_MS, "a", "b"), Episode.of(AT_MS, "gone", "b"), new Forget("gone")));
            assertThePastIsRefused(engine.view());
        }
        try (Engine engine = open()) {
            assertThePastIsRefused(engine.view());
            // A part in the store, and a part on top.
            engine.apply(Batch.of(Episode.of(AT_MS, "a", "c")));
            assertThePastIsRefused(engine.view());
        }
    }

    private static void assertThePastIsRefused(MemoryView view) {
        ReadTime past = ReadTime.at(AT_MS - 1);
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("activity", () -> view.activity(AT_MS - 1));
        calls.put("the moment's activity", () -> view.moment().activity(past));
        for (int cue = 0; cue < view.conceptCount(); cue++) {
            int c = cue;
            calls.put("associations of " + cue, () -> view.associations(c, past));
            calls.put("the same of " + cue, () -> view.associations(c, AT_MS - 1));
            calls.put("associations of two, " + cue, () -> view.associationsOfTwo(c, 0, past));
            calls.put("strongest of " + cue, () -> view.strongest(c, 1, past));
            calls.put("more than none of " + cue, () -> view.hasMoreThan(c, 0, past));
            calls.put("more than many of " + cue, () -> view.hasMoreThan(c, 1_000, past));
        }
        calls.forEach((name, call) -> assertThatThrownBy(call).as(name).isInstanceOf(BeforeWatermarkException.class));
    }

    @Test
    void anIntThatNoConceptHasIsRefused() {
        try (Engine engine = open()) {
            engine.apply(Batch.of(Episode.of(AT_MS, "a", "b")));
            MemoryView view = engine.view();
            for (int nobody : new int[] {-1, 2, Integer.MAX_VALUE}) {
                for (ThrowingCallable call : List.<ThrowingCallable>of(
                        () -> view.idOf(nobody),
                        () -> view.lastActivationMs(nobody),
                        () -> view.associationsMax(nobody),
                        () -> view.hasMoreThan(nobody, 0, ReadTime.WATERMARK),
                        () -> view.associations(nobody, ReadTime.WATERMARK),
                        () -> view.associations(nobody, AT_MS),
                        () -> view.associationsOfTwo(nobody, 0, ReadTime.WATERMARK),
                        () -> view.associationsOfTwo(0, nobody, ReadTime.WATERMARK),
                        () -> view.strongest(nobody, 1, ReadTime.WATERMARK))) {
                    assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class);
                }
            }
        }
    }

    @Test
    void ofWhatIsGoneTheViewSaysWhatItPromises() {
        try (Engine engine = open()) {
            engine.apply(Batch.of(Episode.of(AT_MS, "a", "b"), Episode.of(AT_MS, "c")));
            MemoryView view = engine.view();
            int forgotten = view.conceptOf("a");
            int takenBack = view.conceptOf("c");
            engine.apply(Batch.of(new Forget("a"), new Retraction(null, List.of(Episode.of(AT_MS, "c")))));
            for (int gone : new int[] {forgotten, takenBack}) {
                assertThat(view.isKnown(gone)).isFalse();
                assertThat(view.associations(gone, ReadTime.WATERMARK).size()).isZero();
                assertThat(view.activity(AT_MS).of(gone, 0)).isZero();
                assertThat(view.activity(AT_MS).potentiationFrom(gone, 0)).isZero();
                assertThat(view.activity(AT_MS).potentiationTo(gone, 0)).isZero();
                assertThat(view.lastActivationMs(gone)).isZero();
                assertThat(view.moment().lastActivationMs(gone)).isZero();
            }
            assertThat(view.conceptCount()).isEqualTo(3);
            assertThat(view.idOf(forgotten)).isEqualTo("a");
            engine.checkpoint();
            assertThat(view.idOf(forgotten)).isEqualTo("a");
            engine.apply(Batch.of(Episode.of(AT_MS, "b")));
            engine.checkpoint();
            assertThat(view.idOf(forgotten)).isEmpty();
            assertThat(view.idOf(takenBack)).isEqualTo("c");
            engine.apply(Batch.of(Episode.of(AT_MS, "b", "d"), new Forget("d")));
        }
        try (Engine engine = open()) {
            // Opened anew: of what was forgotten nothing is said at once.
            assertThat(engine.view().conceptCount()).isEqualTo(4);
            assertThat(engine.view().idOf(3)).isEmpty();
        }
    }
}
