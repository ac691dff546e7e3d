package io.synfire.query.recall;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.ConceptHash;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
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
    public Moment moment() {
        return view.moment();
    }

    @Override
    public Moment counted() {
        return view.counted();
    }

    @Override
    public Associations associations(int cue, ReadTime at) {
        return counted(cue, view.associations(cue, at));
    }

    @Override
    public List<Associations> associationsOfTwo(int first, int second, ReadTime at) {
        List<Associations> rows = view.associationsOfTwo(first, second, at);
        counted(first, rows.get(0));
        counted(second, rows.get(1));
        return rows;
    }

    @Override
    public Associations strongest(int cue, int count, ReadTime at) {
        return counted(cue, view.strongest(cue, count, at));
    }

    @Override
    public Associations first(int cue, int count, ReadTime at) {
        return counted(cue, view.first(cue, count, at));
    }

    @Override
    public boolean hasMoreThan(int cue, int count, ReadTime at) {
        return view.hasMoreThan(cue, count, at);
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
    public ConceptHash conceptHash() {
        return view.conceptHash();
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
    public long lastActivationMs(int concept) {
        return view.lastActivationMs(concept);
    }

    @Override
    public int associationsMax(int cue) {
        return view.associationsMax(cue);
    }
}
