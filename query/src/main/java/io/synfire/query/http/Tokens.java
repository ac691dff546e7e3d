package io.synfire.query.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Bearer tokens and their roles, from a file with one in each line:
 *
 * <pre>
 *   # comments and empty lines are passed over
 *   read   a-token-of-at-least-sixteen-characters
 *   write  sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
 * </pre>
 *
 * <p>Only hashes are kept. A presented token is hashed and compared with all of them, each in constant time, so that the time of an answer
 * tells nothing. No message names a token. Immutable and thread-safe.
 */
final class Tokens {

    /** As RFC 6750 writes them. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private static final int CHARACTERS_MIN = 16;
    private static final int CHARACTERS_MAX = 1_024;
    private static final String HASHED = "sha256:";

    /** A role and the hash of the token that gives it. */
    private static final class Entry {
        final Role role;
        final byte[] hash;

        Entry(Role role, byte[] hash) {
            this.role = role;
            this.hash = hash;
        }
    }

    private final List<Entry> entries;

    private Tokens(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if a line is malformed, none holds a token, or others may read the file
     */
    static Tokens read(Path file) {
        SecretFiles.requirePrivate("http.tokens", file);
        List<Entry> entries = new ArrayList<>();
        try {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                if (!line.isEmpty() && !line.startsWith("#")) {
                    entries.add(entry(line, i + 1));
                }
            }
        } catch (IOException e) {
            // The cause may hold what could not be decoded.
            throw new IllegalArgumentException("http.tokens must be a file of text that can be read: http.tokens="
                    + file + " failed=" + e.getClass().getSimpleName());
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("http.tokens must hold at least one token: http.tokens=" + file);
        }
        return new Tokens(List.copyOf(entries));
    }

    private static Entry entry(String line, int number) {
        String[] words = line.split("\\s+", -1);
        if (words.length != 2) {
            throw malformed("must be a role and a token", number);
        }
        return new Entry(role(words[0], number), hash(words[1], number));
    }

    private static Role role(String word, int number) {
        for (Role role : Role.values()) {
            if (role != Role.NONE && role.toString().equals(word)) {
                return role;
            }
        }
        throw malformed("must begin with read, write or admin", number);
    }

    private static byte[] hash(String word, int number) {
        if (word.toLowerCase(Locale.ROOT).startsWith(HASHED)) {
            try {
                byte[] hash = HexFormat.of().parseHex(word.substring(HASHED.length()));
                if (hash.length == 32) {
                    return hash;
                }
            } catch (IllegalArgumentException e) {
                throw malformed("must have 64 hexadecimal digits after sha256:", number);
            }
            throw malformed("must have 64 hexadecimal digits after sha256:", number);
        }
        if (word.length() < CHARACTERS_MIN || word.length() > CHARACTERS_MAX || !isToken(word)) {
            throw malformed(
                    "must have a token of " + CHARACTERS_MIN + " to " + CHARACTERS_MAX
                            + " letters, digits and -._~+/=, or sha256: and its hash",
                    number);
        }
        return sha256(word);
    }

    private static IllegalArgumentException malformed(String rule, int number) {
        return new IllegalArgumentException("a line of http.tokens " + rule + ": line=" + number);
    }

    private static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    int size() {
        return entries.size();
    }

    /** The most that a token allows; {@link Role#NONE} if it is none of these. Looks at all of them, whichever fits. */
    Role roleOf(String presented) {
        byte[] hash = sha256(presented);
        Role found = Role.NONE;
        for (Entry entry : entries) {
            boolean fits = MessageDigest.isEqual(entry.hash, hash);
            if (fits && entry.role.mayDo(found)) {
                found = entry.role;
            }
        }
        return found;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
