package io.synfire.engine.memory;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.Checksum;
import io.synfire.engine.learn.ContextWindow;
import io.synfire.engine.learn.Firing;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Plasticity;
import io.synfire.engine.store.CheckpointRecord;
import io.synfire.engine.store.CheckpointWriter;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Counts;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * All that was learned and not forgotten: learns episodes, writes checkpoints, answers readers.
 *
 * <p>Learning and checkpoints come from one thread at a time; the methods that read may come from any.
 */
public final class Memory {

    private static final long EPISODE_TERM = 1;
    private static final long ACTIVATION_TERM = 2;

    private final LearningSettings settings;
    private final RocksStore store;
    private final MemoryBudget budget;
    private final List<ForwardDecay> decays;
    private final Plasticity plasticity;
    private final ConceptDictionary dictionary = new ConceptDictionary();
    private final Marginals marginals;
    private final Adjacencies adjacencies;
    private final ContextWindows contexts;
    private final ImpulseBuffer impulses;
    private final Map<String, Position> positions = new LinkedHashMap<>();

    private Landmarks landmarks;
    private long watermarkMs;
    private long episodes;
    private long pairs;
    private long deadLetters;
    private long learned;
    private long checkpoint;
    private boolean changed;
    private volatile Published published;

    /** What readers see of the whole, replaced after every batch. */
    private record Published(long watermarkMs, Counts counts, List<Position> positions, long bytes, long cuts) {}

    /**
     * The memory as of a store's last checkpoint.
     *
     * @param settings the settings the store was created with
     * @param store where it is kept
     * @param budget what it may use
     */
    public Memory(LearningSettings settings, RocksStore store, MemoryBudget budget) {
        this.settings = settings;
        this.store = store;
        this.budget = budget;
        this.decays = settings.halfLives().stream().map(ForwardDecay::new).toList();
        this.plasticity = new Plasticity(settings);
        int horizons = settings.horizonCount();
        CheckpointRecord last = store.lastCheckpoint(horizons).orElseGet(() -> nothingYet(horizons));
        this.landmarks = last.landmarks();
        this.watermarkMs = last.watermarkMs();
        this.episodes = last.episodes();
        this.pairs = last.pairs();
        this.deadLetters = last.deadLetters();
        this.learned = last.learned();
        this.checkpoint = last.number();
        last.positions().forEach(this::moveTo);
        dictionary.load(store);
        this.marginals = new Marginals(decays, landmarks, last.episodeSums());
        marginals.load(store, dictionary.count());
        this.adjacencies = new Adjacencies(store, settings, decays, landmarks, last.associations());
        adjacencies.loaded(dictionary.count(), checkpoint);
        this.contexts = new ContextWindows(store, settings.maxSteps());
        this.impulses = new ImpulseBuffer(horizons, this::applyImpulses);
        this.published = snapshot();
    }

    private static CheckpointRecord nothingYet(int horizons) {
        List<Double> zero = Collections.nCopies(horizons, 0.0);
        return new CheckpointRecord(0, 0, Landmarks.of(new long[horizons]), zero, 0, 0, 0, 0, 0, List.of());
    }

    /**
     * Learns episodes in log order and moves the positions. Readers see all of it, or rows of it while it is under way.
     *
     * @param batch admitted episodes
     * @param moved where the sources stand after them
     * @param rejected records of the same run that were rejected
     */
    public void learn(List<Episode> batch, Collection<Position> moved, long rejected) {
        for (Episode episode : batch) {
            learn(episode);
        }
        impulses.drain();
        moved.forEach(this::moveTo);
        deadLetters += rejected;
        changed |= !batch.isEmpty() || !moved.isEmpty() || rejected > 0;
        published = snapshot();
    }

    /**
     * Whether so much is in memory that a checkpoint should make room.
     *
     * @return true if the budget is used up
     */
    public boolean isFull() {
        return bytes() > budget.bytesMax();
    }

    /**
     * Writes all that changed as one atomic unit; nothing if nothing changed.
     *
     * @return the bytes handed to the store
     */
    public long checkpoint() {
        if (!changed) {
            return 0;
        }
        long number = checkpoint + 1;
        long fixedBytes = dictionary.bytes() + marginals.bytes();
        long tableBytesMax = Math.max(0, budget.afterCheckpointBytes() - fixedBytes) / 8 * 7;
        long windowBytesMax = Math.max(0, budget.afterCheckpointBytes() - fixedBytes) / 8;
        long written;
        try (CheckpointWriter writer = store.beginCheckpoint()) {
            dictionary.stage(writer);
            marginals.stage(writer);
            contexts.stage(writer);
            long associations = adjacencies.stage(writer, number, watermarkMs, tableBytesMax);
            writer.commit(new CheckpointRecord(
                    number,
                    watermarkMs,
                    landmarks,
                    marginals.episodeSums(),
                    episodes,
                    pairs,
                    associations,
                    deadLetters,
                    learned,
                    List.copyOf(positions.values())));
            written = writer.bytes();
        }
        checkpoint = number;
        dictionary.committed();
        marginals.committed();
        contexts.committed(windowBytesMax);
        adjacencies.committed(number, tableBytesMax);
        changed = false;
        published = snapshot();
        return written;
    }

    /**
     * Both checksums, over everything. Reads every row. Writer only, or with no writer.
     *
     * @return {@code learned}, {@code state}, and how many associations have not faded
     */
    public Checksums checksums() {
        StateDigest digest = new StateDigest(decays, watermarkMs);
        for (int h = 0; h < decays.size(); h++) {
            digest.episodes(h, marginals.episodeSums().get(h), landmarks.index(h));
        }
        for (int concept = 0; concept < dictionary.count(); concept++) {
            long hash = dictionary.hash(concept);
            for (int h = 0; h < decays.size(); h++) {
                digest.marginal(hash, h, marginals.massSum(concept, h), landmarks.index(h));
            }
            digest.cue(hash);
            adjacencies.sums(
                    concept,
                    (target, horizon, sum, landmark) ->
                            digest.association(target, dictionary.hash(target), horizon, sum, landmark));
        }
        return new Checksums(learned, digest.state(), digest.associations());
    }

    /**
     * What {@link #checksums} found.
     *
     * @param learned the digest of what was learned
     * @param state the checksum of the values as stored
     * @param associations directed edges that have not faded
     */
    public record Checksums(long learned, long state, long associations) {}

    /**
     * How it learns.
     *
     * @return the settings
     */
    public LearningSettings settings() {
        return settings;
    }

    /**
     * The latest event time learned.
     *
     * @return milliseconds since the epoch
     */
    public long watermarkMs() {
        return published.watermarkMs();
    }

    /**
     * How much was learned.
     *
     * @return the counts
     */
    public Counts counts() {
        return published.counts();
    }

    /**
     * Where the sources stand.
     *
     * @return one position per source and partition
     */
    public List<Position> positions() {
        return published.positions();
    }

    /**
     * What the engine accounts on the heap.
     *
     * @return bytes of tables, windows, dictionary and marginals
     */
    public long accountedBytes() {
        return published.bytes();
    }

    /**
     * How often a row was cut back to its strongest associations since this memory was opened.
     *
     * @return at least 0
     */
    public long cuts() {
        return published.cuts();
    }

    /**
     * How many concepts are known.
     *
     * @return at least 0
     */
    public int conceptCount() {
        return dictionary.count();
    }

    /**
     * The int of a concept.
     *
     * @param id its id
     * @return its int, or -1
     */
    public int conceptOf(String id) {
        return dictionary.find(id);
    }

    /**
     * The id of a concept.
     *
     * @param concept its int
     * @return its id
     */
    public String idOf(int concept) {
        return dictionary.id(concept);
    }

    /**
     * M of a concept.
     *
     * @param concept its int
     * @param horizon index of the horizon
     * @param atMs the time of the read
     * @return its strength at that time
     */
    public double activation(int concept, int horizon, long atMs) {
        Objects.checkIndex(concept, dictionary.count());
        return marginals.activation(concept, horizon, watermarkMs(), atMs);
    }

    /**
     * N.
     *
     * @param horizon index of the horizon
     * @param atMs the time of the read
     * @return the decayed number of episodes at that time
     */
    public double episodes(int horizon, long atMs) {
        return marginals.episodes(horizon, watermarkMs(), atMs);
    }

    /**
     * The associations of a cue.
     *
     * @param cue its int
     * @param atMs the time of the read
     * @return what is shown of its row
     */
    public Associations associations(int cue, long atMs) {
        Objects.checkIndex(cue, dictionary.count());
        return adjacencies.read(cue, new Reading.Moment(decays, watermarkMs(), atMs, settings.forgetBelow()));
    }

    private void learn(Episode episode) {
        Firing firing = firing(episode);
        moveWatermark(episode.atMs());
        double[] growth = new double[decays.size()];
        for (int h = 0; h < growth.length; h++) {
            growth[h] = decays.get(h).growth(episode.atMs(), landmarks.index(h));
        }
        activate(firing, growth);
        impulses.begin(episode.atMs(), growth, dictionary.count());
        String context = episode.context();
        if (context == null) {
            plasticity.impulses(firing, null, impulses);
        } else {
            ContextWindow window = contexts.of(context);
            plasticity.impulses(firing, window, impulses);
            contexts.remember(context, window, firing);
        }
        episodes++;
        long contextHash = context == null ? 0 : Checksum.id(context.getBytes(StandardCharsets.UTF_8));
        learned += Checksum.value(EPISODE_TERM, contextHash, Checksum.time(episode.atMs()), episode.reward());
    }

    private Firing firing(Episode episode) {
        List<Activation> activations = episode.activations();
        int[] concepts = new int[activations.size()];
        double[] strengths = new double[concepts.length];
        for (int i = 0; i < concepts.length; i++) {
            concepts[i] = dictionary.intern(activations.get(i).concept());
            strengths[i] = activations.get(i).strength();
        }
        marginals.growTo(dictionary.count());
        adjacencies.growTo(dictionary.count());
        return new Firing(episode.atMs(), concepts, strengths, episode.reward());
    }

    private void moveWatermark(long atMs) {
        watermarkMs = Math.max(watermarkMs, atMs);
        Landmarks moved = landmarks.movedTo(decays, watermarkMs);
        if (!moved.equals(landmarks)) {
            // What is held back was weighed at the old landmarks.
            impulses.drain();
            marginals.moveTo(moved);
            adjacencies.moveTo(moved);
            landmarks = moved;
        }
    }

    private void activate(Firing firing, double[] growth) {
        long time = Checksum.time(firing.atMs());
        for (int i = 0; i < firing.size(); i++) {
            marginals.activate(firing.concept(i), firing.strength(i), growth);
            learned += Checksum.value(ACTIVATION_TERM, dictionary.hash(firing.concept(i)), time, firing.strength(i));
        }
        marginals.episode(growth);
    }

    private void applyImpulses(ImpulseBuffer buffer) {
        learned += adjacencies.apply(buffer, dictionary, watermarkMs);
        pairs += buffer.size();
    }

    private void moveTo(Position position) {
        positions.put(position.source() + '/' + position.partition(), position);
    }

    private long bytes() {
        return adjacencies.bytes() + contexts.bytes() + dictionary.bytes() + marginals.bytes();
    }

    private Published snapshot() {
        return new Published(
                watermarkMs,
                new Counts(episodes, pairs, dictionary.count(), adjacencies.associations(), deadLetters),
                List.copyOf(positions.values()),
                bytes(),
                adjacencies.cuts());
    }
}
