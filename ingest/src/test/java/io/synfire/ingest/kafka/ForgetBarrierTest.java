package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Forget;
import io.synfire.ingest.kafka.ForgetBarrier.Due;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Partitions that wait for each other at their copies of commands: never for ever, and to the same end however they are read. */
final class ForgetBarrierTest {

    private static final String TOPIC = "t";
    private static final Set<Integer> ALL = Set.of(0, 1, 2);

    private final ForgetBarrier barrier = new ForgetBarrier(TOPIC);

    @Test
    void aCommandIsDueOnceAllThatItCoversStandAtIt() {
        Forget forget = forget("x", 2);
        barrier.stand(0, forget);
        assertThat(barrier.due(ALL, (f, p) -> false)).isEmpty();
        barrier.stand(1, forget);
        // Partition 2 was added later: it holds no copy and is not waited for.
        assertThat(barrier.due(ALL, (f, p) -> false)).contains(new Due(forget, Set.of(0, 1), Set.of(), Set.of()));
        barrier.leave(Set.of(0, 1));
        assertThat(barrier.due(ALL, (f, p) -> false)).isEmpty();
        assertThat(barrier.standing()).isEmpty();
    }

    @Test
    void aPartitionThatWillNotComeToACopyOrIsReadElsewhereIsNotWaitedFor() {
        Forget forget = forget("x", 3);
        barrier.stand(0, forget);
        barrier.stand(1, forget);
        assertThat(barrier.due(ALL, (f, p) -> false)).isEmpty();
        assertThat(barrier.due(ALL, (f, p) -> p == 2)).contains(new Due(forget, Set.of(0, 1), Set.of(), Set.of(2)));
        assertThat(barrier.due(Set.of(0, 1), (f, p) -> false))
                .contains(new Due(forget, Set.of(0, 1), Set.of(), Set.of()));
    }

    @Test
    void ofTwoThatWaitForEachOtherTheSmallerIdIsDueAndItsOtherCopyIsAhead() {
        Forget x = forget("x", 2);
        Forget y = forget("y", 2);
        barrier.stand(0, y);
        barrier.stand(1, x);
        assertThat(barrier.due(ALL, (f, p) -> false)).contains(new Due(x, Set.of(1), Set.of(0), Set.of()));
    }

    @Test
    void aKnotIsNotCutWhileOneOfItsCommandsWaitsForAPartitionThatIsReadOn() {
        Forget x = forget("x", 3);
        Forget y = forget("y", 2);
        barrier.stand(0, y);
        barrier.stand(1, x);
        // Partition 2 may come to its copy of x first.
        assertThat(barrier.due(ALL, (f, p) -> false)).isEmpty();
        barrier.stand(2, x);
        assertThat(barrier.due(ALL, (f, p) -> false)).contains(new Due(x, Set.of(1, 2), Set.of(0), Set.of()));
    }

    @Test
    void whoeverWaitsForAKnotIsNotPartOfItHoweverSmallItsId() {
        Forget x = forget("x", 2);
        Forget y = forget("y", 2);
        Forget a = forget("a", 3);
        barrier.stand(0, y);
        barrier.stand(1, x);
        Optional<Due> before = barrier.due(ALL, (f, p) -> false);
        barrier.stand(2, a);
        assertThat(barrier.due(ALL, (f, p) -> false)).isEqualTo(before);
        assertThat(before).contains(new Due(x, Set.of(1), Set.of(0), Set.of()));
    }

    @Test
    void whoStandsAtTheSameIdWithOtherContentStandsAtAnotherCommand() {
        Forget one = new Forget("a", Map.of(TOPIC, 2), "x");
        Forget other = new Forget("b", Map.of(TOPIC, 2), "x");
        barrier.stand(0, other);
        barrier.stand(1, one);
        assertThat(barrier.due(ALL, (f, p) -> false)).contains(new Due(one, Set.of(1), Set.of(0), Set.of()));
    }

    @Test
    void theEndIsTheSameHoweverPartitionsAreReadAndRestarted() {
        long first = Long.getLong("synfire.seed", 1);
        int seeds = 400;
        System.out.printf("logs of seeds %d to %d%n", first, first + seeds - 1);
        int knots = 0;
        int missing = 0;
        for (long seed = first; seed < first + seeds; seed++) {
            Log log = new Log(new SplittableRandom(seed));
            List<String> expected = null;
            for (int order = 0; order < 12; order++) {
                Run run = new Run(log, new SplittableRandom(seed * 31 + order));
                run.toTheEnd();
                if (expected == null) {
                    expected = run.applied();
                }
                assertThat(run.applied())
                        .as("seed=%d order=%d log=%s", seed, order, log)
                        .isEqualTo(expected);
                knots += run.knots;
            }
            missing += log.isWhole ? 0 : 1;
            if (log.isOrdered && log.isWhole) {
                assertThat(expected)
                        .as("seed=%d log=%s", seed, log)
                        .containsExactlyInAnyOrderElementsOf(log.atTheirCopies());
            }
        }
        System.out.printf("knots=%d incomplete=%d%n", knots, missing);
        assertThat(knots).isPositive();
        assertThat(missing).isPositive();
    }

    @Test
    void membersOfAGroupComeToTheirEndsWhileTheirPartitionsChange() {
        long first = Long.getLong("synfire.seed", 10_001);
        System.out.printf("logs of seeds %d to %d%n", first, first + 199);
        for (long seed = first; seed < first + 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Run run = new Run(new Log(random), random.split());
            for (int change = 0; change < 5; change++) {
                run.own(random);
                run.steps(20);
            }
            run.ownAll();
            run.toTheEnd();
            assertThat(run.isAtTheEnd()).as("seed=%d", seed).isTrue();
        }
    }

    /** Partitions of episodes, which are null, and copies of commands. */
    private static final class Log {
        final List<List<@Nullable Forget>> partitions = new ArrayList<>();
        final boolean isOrdered;
        boolean isWhole = true;

        Log(SplittableRandom random) {
            int count = 1 + random.nextInt(4);
            isOrdered = random.nextInt(3) == 0;
            boolean mayMiss = random.nextInt(3) == 0;
            List<Forget> commands = new ArrayList<>();
            List<String> ids = new ArrayList<>(List.of("a", "b", "c", "d"));
            Collections.shuffle(ids, new Random(random.nextLong()));
            int covered = 1;
            for (int i = 0; i < 1 + random.nextInt(4); i++) {
                // As many as there were when it was given; those that were added since are not covered.
                covered = Math.min(count, covered + random.nextInt(3));
                commands.add(new Forget("c", Map.of(TOPIC, covered), ids.get(i)));
            }
            for (int p = 0; p < count; p++) {
                List<@Nullable Forget> entries = new ArrayList<>();
                List<Forget> own = new ArrayList<>();
                for (Forget command : commands) {
                    if (command.covers(TOPIC, p)) {
                        if (mayMiss && random.nextInt(4) == 0) {
                            isWhole = false;
                        } else {
                            own.add(command);
                        }
                    }
                }
                if (!isOrdered) {
                    Collections.shuffle(own, new Random(random.nextLong()));
                }
                for (Forget command : own) {
                    episodes(random, entries);
                    entries.add(command);
                }
                episodes(random, entries);
                partitions.add(entries);
            }
        }

        private static void episodes(SplittableRandom random, List<@Nullable Forget> entries) {
            for (int i = random.nextInt(4); i > 0; i--) {
                entries.add(null);
            }
        }

        /** What must come of it where all copies are there, in one order everywhere. */
        List<String> atTheirCopies() {
            Set<Forget> commands = new HashSet<>();
            partitions.forEach(entries -> entries.forEach(entry -> {
                if (entry != null) {
                    commands.add(entry);
                }
            }));
            List<String> cuts = new ArrayList<>();
            for (Forget command : commands) {
                Map<Integer, Integer> cut = new TreeMap<>();
                for (int p = 0; p < partitions.size(); p++) {
                    if (command.covers(TOPIC, p)) {
                        cut.put(p, partitions.get(p).indexOf(command));
                    }
                }
                cuts.add(command.eventId() + cut);
            }
            return cuts;
        }

        @Override
        public String toString() {
            List<String> shown = new ArrayList<>();
            partitions.forEach(entries -> {
                StringBuilder line = new StringBuilder();
                entries.forEach(entry -> line.append(entry == null ? "." : entry.eventId() + entry.partitions()));
                shown.add(line.toString());
            });
            return shown.toString();
        }
    }

    /** A reader of a log, in an order that a seed decides. */
    private static final class Run {
        private final Log log;
        private final SplittableRandom random;
        private final int[] next;
        private final Set<Integer> own = new TreeSet<>();
        private final Set<String> known = new HashSet<>();
        private final Set<String> ahead = new HashSet<>();
        private final List<String> applied = new ArrayList<>();
        private ForgetBarrier barrier = new ForgetBarrier(TOPIC);
        int knots;

        Run(Log log, SplittableRandom random) {
            this.log = log;
            this.random = random;
            this.next = new int[log.partitions.size()];
            ownAll();
        }

        void ownAll() {
            for (int p = 0; p < next.length; p++) {
                own.add(p);
            }
        }

        void own(SplittableRandom from) {
            Set<Integer> kept = new TreeSet<>();
            for (int p = 0; p < next.length; p++) {
                if (from.nextBoolean()) {
                    kept.add(p);
                }
            }
            barrier.leave(own);
            own.clear();
            own.addAll(kept);
        }

        boolean isAtTheEnd() {
            for (int p = 0; p < next.length; p++) {
                if (next[p] < log.partitions.get(p).size()) {
                    return false;
                }
            }
            return true;
        }

        /** Which commands were applied, where in the partitions that they cover; in the order of those they share. */
        List<String> applied() {
            return applied.stream().sorted().toList();
        }

        void toTheEnd() {
            for (int step = 0; !isAtTheEnd(); step++) {
                assertThat(step)
                        .as("steps, for ever: log=%s at=%s standing=%s", log, next, barrier.standing())
                        .isLessThan(10_000);
                steps(1);
            }
        }

        void steps(int count) {
            for (int i = 0; i < count && !own.isEmpty(); i++) {
                int dice = random.nextInt(20);
                if (dice == 0) {
                    // What stands is read again: a restart.
                    barrier = new ForgetBarrier(TOPIC);
                } else if (dice < 8) {
                    barrier.due(own, this::isPast).ifPresent(this::apply);
                } else {
                    read(List.copyOf(own).get(random.nextInt(own.size())));
                }
            }
        }

        private void read(int partition) {
            List<@Nullable Forget> entries = log.partitions.get(partition);
            if (next[partition] == entries.size() || barrier.standing().containsKey(partition)) {
                return;
            }
            Forget entry = entries.get(next[partition]);
            if (entry == null
                    || ahead.remove(partition + "/" + entry.eventId())
                    || known.contains(partition + "/" + entry.eventId())) {
                next[partition]++;
            } else {
                barrier.stand(partition, entry);
            }
        }

        private boolean isPast(Forget forget, int partition) {
            return known.contains(partition + "/" + forget.eventId())
                    || next[partition] == log.partitions.get(partition).size();
        }

        private void apply(Due due) {
            Map<Integer, Integer> cut = new TreeMap<>();
            due.standing().forEach(p -> cut.put(p, next[p]));
            due.ahead().forEach(p -> cut.put(p, next[p]));
            due.past().forEach(p -> cut.put(p, next[p]));
            applied.add(due.forget().eventId() + cut);
            knots += due.ahead().isEmpty() ? 0 : 1;
            due.standing().forEach(p -> {
                next[p]++;
                known.add(p + "/" + due.forget().eventId());
            });
            due.ahead().forEach(p -> ahead.add(p + "/" + due.forget().eventId()));
            due.past().forEach(p -> known.add(p + "/" + due.forget().eventId()));
            barrier.leave(due.standing());
        }
    }

    private static Forget forget(String id, int partitions) {
        return new Forget("c", Map.of(TOPIC, partitions), id);
    }
}
