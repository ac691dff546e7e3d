package io.synfire.engine.memory;

import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.Checksum;
import io.synfire.engine.learn.ContextWindow;
import io.synfire.engine.learn.Firing;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Plasticity;
import io.synfire.engine.learn.Replay;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.memory.CommandIds.Meeting;
import io.synfire.engine.memory.Firings.Replayed;
import io.synfire.engine.memory.Ledger.Kept;
import io.synfire.engine.store.CheckpointRecord;
import io.synfire.engine.store.CheckpointRecord.Clock;
import io.synfire.engine.store.CheckpointRecord.CopyAhead;
import io.synfire.engine.store.Retirement;
import io.synfire.engine.store.RocksStore;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way of an entry into the memory: episodes become impulses and activations; retractions the same with the opposite sign;
 * concepts are forgotten. Nothing of that shows before it is published: marginals are those of the next moment, impulses are held, and the
 * rows of what was forgotten stay until {@link #drain}. Writer only.
 */
final class Learning {

    private static final long EPISODE_TERM = 1;
    private static final long ACTIVATION_TERM = 2;
    private static final long FORGET_TERM = 3;

    /** For so many entries at once what is looked up is fetched ahead. */
    private static final int AHEAD = 32;

    private final List<ForwardDecay> decays;
    private final LearningSettings settings;
    private final Plasticity plasticity;
    private final ConceptDictionary dictionary;
    private final Marginals marginals;
    private final Adjacencies adjacencies;
    private final PartitionClocks clocks;
    private final ContextWindows contexts;
    private final EventIds eventIds;
    private final CommandIds commandIds;
    private final Firings firings;
    private final WaitingRetractions waiting;
    private final ImpulseBuffer impulses;
    private final long keptBytesMax;
    /** Ints that were retired since the last moment: their rows are yet to go. */
    private final IntArrayList forgotten = new IntArrayList();

    private Landmarks landmarks;
    private long watermarkMs;
    private long pairs;
    private long duplicates;
    private boolean contextual;
    private long strengths;
    private long rewards;
    private long betweenEpisodes;
    private long learned;
    private long applied;
    /** Since the start: entries by {@link Entry#kept}, activations that met a window, and impulses that these brought with it. */
    private long entries;

    private long metWindow;
    private long withWindow;
    private long fired;
    private long retracted;

    /** Of a log that is learned anew; null where the memory is live. */
    private @Nullable Ledger ledger;

    /** Σ max(Δ, 0) over the firing at hand. */
    private double firedPotentiation;

    /** Goes on from a checkpoint; dictionary, marginals and adjacencies are loaded already. */
    Learning(
            LearningSettings settings,
            CheckpointRecord last,
            List<ForwardDecay> decays,
            ConceptDictionary dictionary,
            Marginals marginals,
            Adjacencies adjacencies,
            RocksStore store,
            Salt salt,
            ImpulseBuffer impulses,
            MemoryBudget budget) {
        this.decays = decays;
        this.settings = settings;
        this.plasticity = new Plasticity(settings);
        this.dictionary = dictionary;
        this.marginals = marginals;
        this.adjacencies = adjacencies;
        this.clocks = new PartitionClocks(last.clocks());
        this.contexts = new ContextWindows(store, salt, clocks, dictionary, settings);
        this.eventIds = new EventIds(store, salt, clocks, settings);
        this.commandIds = new CommandIds(salt, clocks, eventIds, last.copies());
        this.firings = new Firings(dictionary, marginals, adjacencies, store);
        this.waiting = new WaitingRetractions(store.retractions(), last.watermarkMs(), budget.retractionBytesMax());
        this.impulses = impulses;
        this.keptBytesMax = budget.keptBytesMax();
        this.landmarks = last.landmarks();
        this.watermarkMs = last.watermarkMs();
        this.pairs = last.pairs();
        this.duplicates = last.duplicates();
        this.contextual = last.contextual();
        this.strengths = last.notPlain().strengths();
        this.rewards = last.notPlain().rewards();
        this.betweenEpisodes = last.notPlain().betweenEpisodes();
        this.learned = last.learned();
    }

    /**
     * Applies entries in their order.
     *
     * @param pauses what to do when as much is held as should be: it publishes and drains
     */
    void apply(Batch batch, Pauses pauses) {
        int partition = clocks.indexOf(batch.partition());
        List<Entry> read = batch.entries();
        long bytesBefore = windowBytes();
        for (int i = 0; i < read.size(); i++) {
            if (i % AHEAD == 0) {
                dictionary.fetchAhead(read, i, Math.min(read.size(), i + AHEAD), marginals);
            }
            if (impulses.isFull() || windowBytes() - bytesBefore > keptBytesMax) {
                pauses.betweenEntries();
                bytesBefore = windowBytes();
            }
            Entry entry = read.get(i);
            entries += entry.kept();
            if (entry instanceof Episode episode) {
                learn(partition, episode, pauses);
            } else if (entry instanceof Retraction retraction) {
                retract(partition, batch.partition(), retraction);
            } else if (entry instanceof Forget forget) {
                forget(batch, forget);
            }
        }
    }

    /** What to do when as much is held as should be. */
    interface Pauses {
        /** Between two entries. */
        void betweenEntries();

        /** Between retractions that one entry lets come due, before anything else is learned of it. */
        void withinEntry();
    }

    /** Moves what is held into the tables: it was published as part of a moment. */
    void drain(LearnedMoment moment) {
        adjacencies.apply(impulses, landmarks, moment);
        applied += impulses.size();
        for (int i = 0; i < forgotten.size(); i++) {
            adjacencies.forget(forgotten.getInt(i), moment);
        }
        forgotten.clear();
        impulses.drained(moment);
    }

    /** How many impulses are held. */
    int held() {
        return impulses.size();
    }

    /** From now on retractions take back what is in the ledger; null: what they name. */
    void keep(@Nullable Ledger kept) {
        ledger = kept;
    }

    /** What changed since the last checkpoint, for the next. */
    List<Part> freeze() {
        return List.of(contexts.freeze(), eventIds.freeze(), firings.freeze(), waiting.freeze(watermarkMs));
    }

    /** No window of a context that was not written since can name what was retired before this watermark. */
    long windowsMs() {
        return contextual ? contexts.windowsMs() : Long.MAX_VALUE;
    }

    void committed(long windowBytesMax) {
        contexts.committed(windowBytesMax);
        eventIds.committed();
        firings.committed();
        waiting.committed();
    }

    long bufferBytes() {
        return impulses.bytes() + clocks.bytes() + (ledger == null ? 0 : ledger.bytes());
    }

    /** What is kept of each concept beside its id and its marginals. */
    long placeBytes() {
        return impulses.placeBytes();
    }

    long windowBytes() {
        return contexts.bytes() + eventIds.bytes() + firings.bytes() + waiting.bytes() + commandIds.bytes();
    }

    /** What the next checkpoint will write of that, about. */
    long pendingBytes() {
        return contexts.pendingBytes() + eventIds.pendingBytes() + firings.bytes() / 4 + waiting.unsavedBytes();
    }

    Landmarks landmarks() {
        return landmarks;
    }

    long watermarkMs() {
        return watermarkMs;
    }

    /** Episodes learned, less those retracted. */
    long episodes() {
        return marginals.episodes().count();
    }

    /** Impulses learned, less those retracted. */
    long pairs() {
        return pairs;
    }

    long duplicates() {
        return duplicates;
    }

    /** Whether episodes of contexts were learned. */
    boolean isContextual() {
        return contextual;
    }

    /** What was learned, less what was retracted, that is not plain. */
    CheckpointRecord.NotPlain notPlain() {
        return new CheckpointRecord.NotPlain(strengths, rewards, betweenEpisodes);
    }

    long learned() {
        return learned;
    }

    List<Clock> clocks() {
        return clocks.toRecord();
    }

    /** Copies of commands that are yet to be read, and passed over. */
    List<CopyAhead> copiesAhead() {
        return commandIds.ahead();
    }

    /** Whether a command would be passed over, if it came next in a partition. */
    boolean knowsCommand(String partition, String eventId) {
        return commandIds.knows(partition, eventId);
    }

    /** Impulses applied since the start, whatever their sign. */
    long applied() {
        return applied;
    }

    /** Entries applied since the start, those with a retraction counted as often as it names an episode. */
    long entries() {
        return entries;
    }

    /** Activations since the start that met a context's window. */
    long metWindow() {
        return metWindow;
    }

    /** Impulses since the start between these and what the windows held. */
    long withWindow() {
        return withWindow;
    }

    /** Episodes learned since the start. */
    long fired() {
        return fired;
    }

    /** Episodes taken back since the start. */
    long retracted() {
        return retracted;
    }

    /** Commands passed over since the start. */
    long repeated() {
        return commandIds.repeated();
    }

    long waitingCount() {
        return waiting.count();
    }

    private void learn(int partition, Episode episode, Pauses pauses) {
        SaltedKey event = episode.eventId() == null ? null : eventIds.event(partition, episode.eventId());
        if (event != null && eventIds.contains(event, episode.atMs())) {
            duplicates++;
            return;
        }
        clocks.advance(partition, episode.atMs());
        if (event != null) {
            eventIds.add(event);
        }
        moveWatermark(episode.atMs(), pauses);
        fired++;
        Firing firing = firings.learned(episode, watermarkMs);
        String context = episode.context();
        if (context == null) {
            fire(firing, null, null, 1);
            keep(partition, episode, firing, null);
        } else {
            contextual = true;
            SaltedKey key = contexts.context(partition, context);
            ContextWindow window = contexts.of(key);
            fire(firing, context, window, 1);
            keep(partition, episode, firing, window);
            contexts.remember(key, window, firing);
        }
    }

    /** Of what the log takes back somewhere. */
    private void keep(int partition, Episode episode, Firing firing, @Nullable ContextWindow window) {
        if (ledger != null && ledger.names(episode)) {
            Kept kept = new Kept(
                    partition,
                    episode,
                    firing,
                    window == null ? null : window.copy(),
                    firings.isLate(episode, firing, watermarkMs));
            if (!ledger.learned(kept)) {
                takeBack(kept);
            }
        }
    }

    private void retract(int partition, String partitionName, Retraction retraction) {
        if (commandIds.meet(partitionName, retraction.eventId()) != Meeting.FIRST) {
            return;
        }
        String context = retraction.context();
        if (context != null) {
            contexts.drop(contexts.context(partition, context));
        }
        List<Kept> found = ledger == null ? null : ledger.takenBack(partition, retraction);
        if (found != null) {
            for (Kept kept : found) {
                takeBack(kept);
                // What somebody wrote frees the ids that it names, of that which it takes back.
                if (retraction.isPart() || names(retraction, kept.episode().eventId())) {
                    free(partition, kept.episode());
                }
            }
            return;
        }
        // Now, not when its time has come: that depends on other partitions, too.
        retraction.takenBack().forEach(learned -> free(partition, learned.episode()));
        if (retraction.latestMs() > watermarkMs) {
            waiting.add(retraction);
        } else {
            takeBack(retraction);
        }
    }

    private static boolean names(Retraction retraction, @Nullable String eventId) {
        return retraction.takenBack().stream()
                .anyMatch(learned -> Objects.equals(learned.episode().eventId(), eventId));
    }

    /** An event that is taken back may come again under its id. */
    private void free(int partition, Episode episode) {
        if (episode.eventId() != null) {
            eventIds.free(partition, episode.eventId());
        }
    }

    private void takeBack(Kept kept) {
        Firing firing = firings.takenBack(kept.episode(), kept.firing(), watermarkMs);
        fire(firing, kept.episode().context(), kept.window(), -1);
        retracted++;
    }

    private void takeBack(Retraction retraction) {
        String context = retraction.context();
        Replayed replayed = firings.takenBack(retraction, watermarkMs);
        Replay replay = context == null ? null : new Replay(settings);
        if (replay != null) {
            for (int i = 0; i < retraction.before().size(); i++) {
                replay.add(retraction.before().get(i), replayed.before().get(i));
            }
        }
        for (int i = 0; i < retraction.takenBack().size(); i++) {
            Learned learned = retraction.takenBack().get(i);
            Firing firing = replayed.takenBack().get(i);
            fire(firing, context, replay == null ? null : replay.windowFor(learned), -1);
            if (replay != null) {
                replay.add(learned, firing);
            }
            retracted++;
        }
    }

    /** Adds all that a firing is worth, or takes it back, where the sign is -1. */
    private void fire(Firing firing, @Nullable String context, @Nullable ContextWindow window, int sign) {
        double[] growth = new double[decays.size()];
        for (int h = 0; h < growth.length; h++) {
            growth[h] = sign * decays.get(h).growth(firing.atMs(), landmarks.index(h));
        }
        long time = Checksum.time(firing.atMs());
        for (int i = 0; i < firing.size(); i++) {
            int concept = firing.concept(i);
            long term = sign * Checksum.value(ACTIVATION_TERM, dictionary.hash(concept), time, firing.strength(i));
            marginals.activate(
                    concept, dictionary.isRetired(concept), firing.strength(i), sign, term, growth, firing.atMs());
            strengths += firing.strength(i) == 1 ? 0 : sign;
            learned += term;
        }
        long contextHash = context == null ? 0 : Checksum.id(context.getBytes(StandardCharsets.UTF_8));
        long episode = sign * Checksum.value(EPISODE_TERM, contextHash, time, firing.reward());
        marginals.episode(sign, episode, growth);
        learned += episode;
        impulses.begin(growth, dictionary.count());
        if (namesForgotten(firing, window)) {
            impulses.namesForgotten();
        }
        firedPotentiation = 0;
        long between = plasticity.impulses(
                firing,
                window,
                (cue, target, delta) -> {
                    impulses.impulse(cue, target, delta);
                    pairs += sign;
                    // Here, where the hashes of what fires are warm, not where the tables are.
                    learned += sign * Checksum.impulse(dictionary.hash(cue), dictionary.hash(target), time, delta);
                    if (cue == target) {
                        marginals.repeat(delta, growth);
                    }
                },
                (concept, from, to) -> {
                    firedPotentiation += from;
                    if (!dictionary.isRetired(concept)) {
                        marginals.potentiate(concept, from, to, growth);
                    }
                });
        marginals.potentiate(firedPotentiation, growth);
        betweenEpisodes += sign * between;
        if (window != null) {
            metWindow += firing.size();
            withWindow += between;
        }
        rewards += firing.reward() == 1 ? 0 : sign;
    }

    private boolean namesForgotten(Firing firing, @Nullable ContextWindow window) {
        ConceptSet retired = dictionary.retired();
        if (retired.isEmpty()) {
            return false;
        }
        boolean names = names(firing, retired);
        if (window != null) {
            for (Firing before : window) {
                names |= names(before, retired);
            }
        }
        return names;
    }

    private static boolean names(Firing firing, ConceptSet concepts) {
        for (int i = 0; i < firing.size(); i++) {
            if (concepts.contains(firing.concept(i))) {
                return true;
            }
        }
        return false;
    }

    private void forget(Batch batch, Forget forget) {
        String eventId = forget.eventId();
        Meeting meeting = commandIds.meet(batch.partition(), eventId);
        if (meeting == Meeting.REPEATED) {
            return;
        }
        // Each copy has its term, when it is read: so their sum does not depend on which of them came together.
        long copies = 1
                + batch.copies().stream()
                        .filter(copy -> copy.place() == Batch.Place.READ)
                        .count();
        learned += copies
                * Checksum.value(FORGET_TERM, Checksum.id(forget.concept().getBytes(StandardCharsets.UTF_8)), 0, 0);
        if (meeting == Meeting.COPY) {
            return;
        }
        if (eventId != null) {
            commandIds.met(eventId, batch.copies());
        }
        int concept = dictionary.find(forget.concept());
        if (concept >= 0) {
            // From then on it is in no answer, neither by its id nor as a neighbour. What is held of it goes when it is
            // drained.
            marginals.clear(concept);
            Retirement before = dictionary.retire(concept, watermarkMs);
            if (before != null) {
                firings.forgottenAgain(before);
            }
            forgotten.add(concept);
            impulses.namesForgotten();
        }
    }

    private void moveWatermark(long atMs, Pauses pauses) {
        if (atMs <= watermarkMs) {
            return;
        }
        watermarkMs = atMs;
        Landmarks moved = landmarks.movedTo(decays, watermarkMs);
        if (!moved.equals(landmarks)) {
            // What is held was weighed at the old landmarks, and says so.
            impulses.moveTo(new Scale(moved, decays, watermarkMs));
            marginals.moveTo(moved);
            landmarks = moved;
        }
        for (Retraction due = waiting.due(watermarkMs); due != null; due = waiting.due(watermarkMs)) {
            takeBack(due);
            if (impulses.isFull()) {
                pauses.withinEntry();
            }
        }
    }
}
