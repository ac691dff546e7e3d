package io.synfire.ingest.kafka;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Position;
import io.synfire.ingest.kafka.ForgetBarrier.Due;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds partitions at their copies of a command to forget, until it is due, while the others are read on; see {@link ForgetBarrier}. The
 * position of what is held is right before its copy, so a restart or another member finds the copy again. What is due is one batch, which
 * moves all that were held past their copies. On the thread that reads.
 */
final class ForgetGate {

    private static final Logger LOG = LoggerFactory.getLogger(ForgetGate.class);

    private final Engine engine;
    private final Assignment assignment;
    private final String topic;
    private final ReadThrough readThrough;
    private final ForgetBarrier barrier;
    private final Map<Integer, Copy> copies = new TreeMap<>();

    /** Of which partitions it was asked whether they know a command; and which do. */
    private final Map<Forget, Known> known = new HashMap<>();

    private @Nullable Due due;

    /** Where a partition has no copy of a command any more, though it was not at one. */
    interface ReadThrough {
        /** Whether all partitions are read here by now that had been there when the command was met, and are to be. */
        boolean isComplete(Forget forget);

        /** Whether a partition was read as far as a copy may be that was there when the command was met elsewhere. */
        boolean is(Forget forget, TopicPartition partition);

        /** Whether a copy may yet come in a partition that was read through. */
        boolean mayCome(TopicPartition partition);

        /** No partition is held at a command any more. */
        default void done(Forget forget) {}
    }

    /** A command where it is in a partition. */
    private record Copy(Forget forget, OffsetAndMetadata at, OffsetAndMetadata behind) {}

    private record Known(Set<Integer> asked, Set<Integer> found) {}

    ForgetGate(Engine engine, Assignment assignment, String topic, ReadThrough readThrough) {
        this.engine = engine;
        this.assignment = assignment;
        this.topic = topic;
        this.readThrough = readThrough;
        this.barrier = new ForgetBarrier(topic);
    }

    /** Whether a partition is held at an entry: at a copy of a command that has others. */
    boolean holdsAt(TopicPartition partition, Entry entry) {
        return entry instanceof Forget forget && forget.covers(topic, partition.partition());
    }

    /** Holds a partition right before a copy; what lies before that is on its way into the engine. */
    void hold(TopicPartition partition, Forget forget, OffsetAndMetadata at, OffsetAndMetadata behind) {
        assignment.hold(partition, at);
        copies.put(partition.partition(), new Copy(forget, at, behind));
        barrier.stand(partition.partition(), forget);
    }

    /**
     * Whether {@link #next} may have something to apply. Cheap: a look at what is held, and at how far the others were read.
     */
    boolean mayOpen() {
        dropWhatIsNotHeld();
        if (copies.isEmpty() || !areComplete()) {
            return false;
        }
        Set<Integer> own = own();
        return copies.values().stream().anyMatch(copy -> !asked(copy.forget()).containsAll(covered(copy.forget(), own)))
                || barrier.due(own, this::isPast).isPresent();
    }

    /** What is to be applied next, or null; all that was read before must have been applied. */
    @Nullable
    Batch next() {
        dropWhatIsNotHeld();
        letGoOfWhatIsNotReached();
        if (!areComplete()) {
            return null;
        }
        Set<Integer> own = own();
        for (Map.Entry<Integer, Copy> each : copies.entrySet()) {
            ask(each.getValue().forget(), own);
            if (knows(each.getValue().forget(), each.getKey())) {
                // It is passed over here, and nobody waits for that.
                due = new Due(each.getValue().forget(), Set.of(each.getKey()), Set.of(), Set.of());
                return batch(due);
            }
        }
        Optional<Due> found = barrier.due(own, this::isPast);
        due = found.orElse(null);
        if (found.isPresent()) {
            Due now = found.get();
            LOG.info(
                    "a command to forget is applied: eventId={} partitions={} ahead={} without={}",
                    now.forget().eventId(),
                    now.standing(),
                    now.ahead(),
                    now.past());
            return batch(now);
        }
        return null;
    }

    /** What {@link #next} gave was applied: those that were held at it go on. */
    void opened() {
        Due done = due;
        if (done != null) {
            letGo(done.standing());
            due = null;
        }
    }

    /** How many partitions are held. */
    int held() {
        return copies.size();
    }

    private Batch batch(Due now) {
        List<Position> positions = new ArrayList<>();
        List<Batch.Copy> elsewhere = new ArrayList<>();
        for (int partition : now.standing()) {
            Copy copy = copies.get(partition);
            if (copy == null) {
                throw new IllegalStateException("a partition stands at no copy: partition=" + partition);
            }
            positions.add(assignment.position(of(partition), copy.behind()));
            elsewhere.add(copy(partition, Batch.Place.READ));
        }
        String first = elsewhere.remove(0).partition();
        now.ahead().forEach(partition -> elsewhere.add(copy(partition, Batch.Place.AHEAD)));
        for (int partition : now.past()) {
            if (!knows(now.forget(), partition)) {
                boolean mayCome = readThrough.mayCome(of(partition));
                elsewhere.add(copy(partition, mayCome ? Batch.Place.AHEAD : Batch.Place.NOWHERE));
            }
        }
        return new Batch(first, List.of(now.forget()), positions, 0, null, elsewhere);
    }

    private boolean areComplete() {
        return copies.values().stream().map(Copy::forget).distinct().allMatch(readThrough::isComplete);
    }

    private Batch.Copy copy(int partition, Batch.Place place) {
        return new Batch.Copy(of(partition).toString(), place);
    }

    /** After a failure, or in a group, partitions were moved to where the engine stands; they come to their copies again. */
    private void dropWhatIsNotHeld() {
        Set<Integer> gone = new HashSet<>(copies.keySet());
        gone.removeIf(partition -> assignment.isHeld(of(partition)));
        forget(gone);
    }

    /** What was read before a copy was given up, on a full disk: it is read again. */
    private void letGoOfWhatIsNotReached() {
        Map<Integer, Long> stored = assignment.storedOffsets();
        Set<Integer> behind = copies.entrySet().stream()
                .filter(each -> stored.getOrDefault(each.getKey(), -1L)
                        != each.getValue().at().offset())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        letGo(behind);
    }

    private void letGo(Set<Integer> partitions) {
        assignment.letGo(partitions.stream().map(this::of).toList());
        forget(partitions);
    }

    private void forget(Set<Integer> partitions) {
        Set<Forget> before = Set.copyOf(barrier.standing().values());
        barrier.leave(partitions);
        copies.keySet().removeAll(partitions);
        before.stream()
                .filter(forget -> !barrier.standing().containsValue(forget))
                .forEach(forget -> {
                    known.remove(forget);
                    readThrough.done(forget);
                });
    }

    private boolean isPast(Forget forget, int partition) {
        return knows(forget, partition) || readThrough.is(forget, of(partition));
    }

    private boolean knows(Forget forget, int partition) {
        Known of = known.get(forget);
        return of != null && of.found().contains(partition);
    }

    private Set<Integer> asked(Forget forget) {
        Known of = known.get(forget);
        return of == null ? Set.of() : of.asked();
    }

    private void ask(Forget forget, Set<Integer> own) {
        Known of = known.computeIfAbsent(forget, f -> new Known(new HashSet<>(), new HashSet<>()));
        for (int partition : covered(forget, own)) {
            String eventId = forget.eventId();
            if (of.asked().add(partition)
                    && eventId != null
                    && engine.knowsCommand(of(partition).toString(), eventId)) {
                of.found().add(partition);
            }
        }
    }

    private Set<Integer> covered(Forget forget, Set<Integer> own) {
        return own.stream().filter(partition -> forget.covers(topic, partition)).collect(Collectors.toSet());
    }

    private Set<Integer> own() {
        return assignment.own().stream().map(TopicPartition::partition).collect(Collectors.toSet());
    }

    private TopicPartition of(int partition) {
        return new TopicPartition(topic, partition);
    }
}
