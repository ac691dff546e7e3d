package io.synfire.ingest.forget;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.JsonEpisodeCodec.Size;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.forget.ContextLives.Own;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Cuts what is left of a context into retractions that a record can hold: as few as possible, in log order. Each is read back before it is
 * handed out, so that what is written can be read. Costs the size of what is left, and for each part the steps of a window.
 *
 * <p>The id of a part says which episodes of which log it takes back, and as what: the same part that is written again is the same command,
 * and one that reads the same records otherwise is another.
 */
public final class RetractionParts {

    /** What a retraction takes without its episodes, at most, beside context and id. */
    private static final int ENVELOPE_VALUES = 32;

    private static final int ENVELOPE_BYTES = 128;
    private static final int ID_BYTES = 16;

    private final JsonEpisodeCodec codec;
    private final int bytesWanted;
    private final int bytesMax;

    /** A part, and its value as a record. */
    public static final class Part {
        private final Retraction retraction;
        private final byte[] json;

        private Part(Retraction retraction, byte[] json) {
            this.retraction = retraction;
            this.json = json;
        }

        /**
         * The part.
         *
         * @return it, with an event id
         */
        public Retraction retraction() {
            return retraction;
        }

        /**
         * Its value as a record.
         *
         * @return what reads back as the same; not a copy
         */
        public byte[] json() {
            return json;
        }
    }

    /**
     * Parts for a log.
     *
     * @param decoding how whoever learns it reads the log
     * @param bytesWanted the size that a record of the log ought to have at most; one that cannot be made smaller may be larger
     */
    public RetractionParts(Decoding decoding, int bytesWanted) {
        this.codec = new JsonEpisodeCodec(decoding.mapping(), decoding.limits());
        this.bytesMax = decoding.limits().bytesMax();
        this.bytesWanted = Math.min(bytesWanted, bytesMax);
    }

    /**
     * What takes back all that is left.
     *
     * @param lives the context in one partition
     * @return the parts, to be appended in this order
     * @throws IllegalStateException if one episode with those before it is larger than a record may be
     */
    public List<Part> of(ContextLives lives) {
        List<Part> parts = new ArrayList<>();
        Sizes sizes = new Sizes(lives.own());
        int next = 0;
        while (next < lives.own().size()) {
            if (lives.own().get(next).isTakenBack) {
                next++;
            } else {
                int end = end(lives, sizes, next);
                parts.add(part(lives, next, end));
                next = end;
            }
        }
        return parts;
    }

    /** What each episode takes, once it was measured. */
    private final class Sizes {
        private final List<Own> own;
        private final Size[] sizes;

        Sizes(List<Own> own) {
            this.own = own;
            this.sizes = new Size[own.size()];
        }

        Size of(int index) {
            Size known = sizes[index];
            if (known == null) {
                known = codec.sizeIn(own.get(index).learned);
                sizes[index] = known;
            }
            return known;
        }
    }

    /** The index behind the last episode of the part that begins with one; it holds that one at least. */
    private int end(ContextLives lives, Sizes sizes, int from) {
        List<Own> own = lives.own();
        long bytes = ENVELOPE_BYTES + 2L * lives.context().getBytes(StandardCharsets.UTF_8).length;
        long values = ENVELOPE_VALUES;
        for (int index = beforeFrom(lives, from); index <= from; index++) {
            bytes += sizes.of(index).bytes() + 1L;
            values += sizes.of(index).values();
        }
        if (bytes > bytesMax || values > RecordLimits.VALUES_MAX) {
            throw new IllegalStateException(
                    "one episode and those that met it are more than a record may hold, see max-record: context="
                            + lives.context() + " before=" + (from - beforeFrom(lives, from)) + " bytes=" + bytes
                            + " values="
                            + values + " max-record=" + bytesMax + " values-max=" + RecordLimits.VALUES_MAX);
        }
        int end = from + 1;
        while (end < own.size() && !own.get(end).isTakenBack && !own.get(end).isAfterDrop) {
            bytes += sizes.of(end).bytes() + 1L;
            values += sizes.of(end).values();
            if (bytes > bytesWanted || values > RecordLimits.VALUES_MAX) {
                break;
            }
            end++;
        }
        return end;
    }

    private static int beforeFrom(ContextLives lives, int index) {
        return Math.max(lives.own().get(index).windowFrom, index - lives.maxSteps());
    }

    private Part part(ContextLives lives, int from, int end) {
        List<Own> own = lives.own();
        List<Learned> before = learned(own.subList(beforeFrom(lives, from), from));
        List<Learned> takenBack = learned(own.subList(from, end));
        byte[] content = codec.encode(new Retraction(lives.context(), before, takenBack, null));
        Retraction retraction =
                new Retraction(lives.context(), before, takenBack, id(own.get(from), own.get(end - 1), content));
        byte[] json = codec.encode(retraction);
        try {
            Entry read = codec.decode(json, Origin.at(0));
            if (!read.equals(retraction)) {
                throw new IllegalStateException(
                        "a retraction does not read back as what was written, so it is not: context="
                                + lives.context());
            }
        } catch (MalformedRecordException e) {
            throw new IllegalStateException(
                    "a retraction that was written cannot be read, so it is not: context=" + lives.context() + ": "
                            + e.getMessage(),
                    e);
        }
        return new Part(retraction, json);
    }

    private static List<Learned> learned(List<Own> own) {
        return own.stream().map(each -> each.learned).toList();
    }

    private static String id(Own first, Own last, byte[] content) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Object part : new Object[] {first.source, first.record, last.source, last.record}) {
                digest.update(String.valueOf(part).getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            digest.update(content);
            return Retraction.PART_ID + HexFormat.of().formatHex(digest.digest(), 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
