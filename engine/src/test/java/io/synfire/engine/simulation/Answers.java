package io.synfire.engine.simulation;

import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Counts;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a memory answers, with every bit of it: the rows and marginals of concepts by their ids, and what is counted of the whole. Two memories that
 * have applied the same have the same, wherever their rows lie and whatever was done to them.
 */
final class Answers {

    /** Of a larger memory every second concept is asked, or every third, and so on. */
    private static final int CONCEPTS_MAX = 100;

    /** So much is shown on both sides of a difference. */
    private static final int SHOWN = 120;

    private static final long AHEAD_MS = 5_000_000;

    private final Map<String, String> lines = new TreeMap<>();

    private Answers() {}

    /** Asks a memory. */
    static Answers of(MemoryView view) {
        Answers answers = new Answers();
        Moment moment = view.moment();
        Activity whole = moment.activity(ReadTime.WATERMARK);
        StringBuilder totals = new StringBuilder(moment.watermarkMs() + " " + moment.trials());
        Counts counts = view.counts();
        totals.append(' ').append(counts.episodes()).append(' ').append(counts.pairs());
        totals.append(' ').append(counts.concepts()).append(' ').append(counts.duplicates());
        int horizons = view.settings().horizonCount();
        for (int h = 0; h < horizons; h++) {
            append(totals, whole.episodes(h), whole.potentiation(h), whole.total(h), whole.repeats(h));
        }
        answers.lines.put("", totals.toString());
        int step = 1 + view.conceptCount() / CONCEPTS_MAX;
        for (int c = 0; c < view.conceptCount(); c++) {
            String id = view.isKnown(c) ? view.idOf(c) : "";
            // By the id, not by the int: another memory may have given it another.
            if (!id.isEmpty() && Math.floorMod(id.hashCode(), step) == 0) {
                answers.add(view, id, c);
            }
        }
        return answers;
    }

    private void add(MemoryView view, String id, int concept) {
        for (ReadTime at : new ReadTime[] {ReadTime.WATERMARK, ReadTime.at(view.watermarkMs() + AHEAD_MS)}) {
            Associations row = view.associations(concept, at);
            lines.put(id + " at " + at, text(view, row, concept, at));
        }
    }

    /** A row and the marginals of its moment. */
    private static String text(MemoryView view, Associations row, int concept, ReadTime at) {
        int horizons = view.settings().horizonCount();
        Activity activity = row.moment().activity(at);
        StringBuilder text = new StringBuilder().append(row.moment().lastActivationMs(concept));
        for (int h = 0; h < horizons; h++) {
            append(
                    text,
                    activity.of(concept, h),
                    activity.potentiationFrom(concept, h),
                    activity.potentiationTo(concept, h));
        }
        Map<String, String> targets = new TreeMap<>();
        for (int i = 0; i < row.size(); i++) {
            StringBuilder strengths = new StringBuilder();
            for (int h = 0; h < horizons; h++) {
                append(strengths, row.strength(i, h));
            }
            targets.put(view.idOf(row.target(i)), strengths.toString());
        }
        return text.append(targets).toString();
    }

    /** Where two lines first differ, and what is around that. */
    private static String difference(String was, String is) {
        int at = 0;
        while (at < Math.min(was.length(), is.length()) && was.charAt(at) == is.charAt(at)) {
            at++;
        }
        int from = Math.max(0, at - SHOWN);
        return "\n was ..." + was.substring(from, Math.min(was.length(), at + SHOWN)) + "...\n is  ..."
                + is.substring(from, Math.min(is.length(), at + SHOWN)) + "...";
    }

    private static void append(StringBuilder text, double... values) {
        for (double value : values) {
            text.append(' ').append(Long.toHexString(Double.doubleToRawLongBits(value)));
        }
    }

    /** Fails if these are not the same, to the last bit. */
    void assertSame(Answers found, String after) {
        if (lines.equals(found.lines)) {
            return;
        }
        for (Map.Entry<String, String> each : lines.entrySet()) {
            String line = found.lines.get(each.getKey());
            if (!each.getValue().equals(line)) {
                throw new AssertionError("answered otherwise after " + after + ": of " + each.getKey()
                        + difference(each.getValue(), String.valueOf(line)));
            }
        }
        throw new AssertionError("answered more after " + after + ": " + found.lines.keySet());
    }
}
