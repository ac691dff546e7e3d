package io.synfire.ingest.file;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** What identifies the bytes that went through it: how many they are, a hash of all, and one of the first. One thread at a time. */
final class Fingerprint {

    /** So many of the first bytes tell most files apart without reading more of them. */
    static final int HEAD_BYTES = 4096;

    private static final int HEAD_HEX = 16;

    private final MessageDigest digest;
    private final byte[] head;
    private long bytes;

    private Fingerprint(MessageDigest digest, byte[] head, long bytes) {
        this.digest = digest;
        this.head = head;
        this.bytes = bytes;
    }

    /** Of nothing yet. */
    static Fingerprint empty() {
        return new Fingerprint(sha256Digest(), new byte[HEAD_BYTES], 0);
    }

    Fingerprint copy() {
        return new Fingerprint(copy(digest), head.clone(), bytes);
    }

    /** More bytes, behind those so far. */
    void update(byte[] more, int from, int to) {
        digest.update(more, from, to - from);
        if (bytes < HEAD_BYTES) {
            System.arraycopy(more, from, head, (int) bytes, (int) Math.min(HEAD_BYTES - bytes, to - from));
        }
        bytes += to - from;
    }

    long bytes() {
        return bytes;
    }

    /** Of all bytes. */
    String sha256() {
        return HexFormat.of().formatHex(copy(digest).digest());
    }

    /** Of the first bytes. */
    String head() {
        return head(head, bytes);
    }

    /** What the head of a file is that begins with some bytes, as long as no more than so many count. */
    static String head(byte[] first, long bytes) {
        int length = (int) Math.min(Math.min(bytes, HEAD_BYTES), first.length);
        byte[] hash = sha256Digest().digest(Arrays.copyOf(first, length));
        return HexFormat.of().formatHex(hash).substring(0, HEAD_HEX);
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
        }
    }
}
