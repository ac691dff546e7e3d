package io.synfire.query.recall;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Counts;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Trials;
import java.util.ArrayList;
import java.util.List;

/** A memory that notes which rows are read and how long they are, whatever the reader says of itself. One thread at a time. */
final class CountingView implements MemoryView {

    private final MemoryView view;
    private final List<String> cues = new ArrayList<>();
    private long associations;

    CountingView(MemoryView view) {
        this.view = view;
    }

    /** Whose rows were read, in the order in which they were. */
    List<String> cues() {
        return cues;
    }

    /** How many associations those had. */
    long associations() {
        return associations;
    }

    @Override
    public Associations associations(int cue, long atMs) {
        return counted(cue, view.associations(cue, atMs));
    }

    @Override
    public Associations strongest(int cue, int count, long atMs) {
        return counted(cue, view.strongest(cue, count, atMs));
    }

    @Override
    public Associations associationsWithHidden(int cue, long atMs) {
        return counted(cue, view.associationsWithHidden(cue, atMs));
    }

    private Associations counted(int cue, Associations row) {
        cues.add(view.idOf(cue));
        associations += row.size();
        return row;
    }

    @Override
    public List<Stretch> stretches() {
        return view.stretches();
    }

    @Override
    public Unlearned unlearned() {
        return view.unlearned();
    }

    @Override
    public LearnedAnew learnedAnew() {
        return view.learnedAnew();
    }

    @Override
    public LearningSettings settings() {
        return view.settings();
    }

    @Override
    public long watermarkMs() {
        return view.watermarkMs();
    }

    @Override
    public long sourceMs() {
        return view.sourceMs();
    }

    @Override
    public Trials trials() {
        return view.trials();
    }

    @Override
    public Counts counts() {
        return view.counts();
    }

    @Override
    public List<Position> positions() {
        return view.positions();
    }

    @Override
    public int conceptCount() {
        return view.conceptCount();
    }

    @Override
    public int conceptOf(String id) {
        return view.conceptOf(id);
    }

    @Override
    public String idOf(int concept) {
        return view.idOf(concept);
    }

    @Override
    public boolean isKnown(int concept) {
        return view.isKnown(concept);
    }

    @Override
    public long lastActivationMs(int concept) {
        return view.lastActivationMs(concept);
    }

    @Override
    public Activity activity(long atMs) {
        return view.activity(atMs);
    }

    @Override
    public int associationsMax(int cue) {
        return view.associationsMax(cue);
    }
}
