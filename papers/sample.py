"""The sample edition: invented papers that show what a day looks like where no source can be reached.

Pages and letters call them SAMPLE; the first real collection removes them.
"""

from datetime import datetime

from papers import storing
from papers.models import SAMPLE, Paper
from papers.search import understanding
from papers.sources.base import Listing

READING = "bundled"


def publish(now: datetime) -> int:
    """List the sample edition as of today; how many papers it has."""
    storing.merge_papers(EDITION, SAMPLE, READING, now.date(), now)
    understanding.keep_up()
    return len(EDITION)


def remove() -> None:
    storing.delete_papers(Paper.objects.samples())


def _invented(number: int, title: str, authors: str, organisation: str, votes: int, abstract: str) -> Listing:
    return Listing(
        key=f"{SAMPLE}:{number}",
        title=title,
        abstract=abstract,
        authors=authors.split(", "),
        organisation=organisation or None,
        votes=votes,
        comments=votes // 12,
    )


EDITION = [
    _invented(
        1,
        "Letterbox: Sparse Autoencoders That Name What They Find",
        "Ada Quill, Tomas Brandt, Mei Ostrander",
        "Harbour Institute",
        96,
        "Dictionary learning splits the hidden states of a language model into thousands of directions, but somebody "
        "still has to say what each of them means. Letterbox trains a sparse autoencoder together with a small "
        "describer that must reconstruct an activation from its own words alone. On three invented model families the "
        "descriptions predict held-out activations better than those of human raters, and features whose descriptions "
        "fail turn out to be mixtures of several meanings.",
    ),
    _invented(
        2,
        "Slow Mail, Fast Thought: Reasoning Budgets Set by the Question",
        "Ines Falk, Jonah Oyelaran",
        "",
        81,
        "Reasoning models spend as many tokens on easy questions as on hard ones. We train a budgeter with "
        "reinforcement learning that reads the question once and decides how long a chain of thought may become. "
        "Accuracy on mathematical reasoning stays the same with 41% of the tokens, and the budgets it sets are a good "
        "guide to which questions people find difficult.",
    ),
    _invented(
        3,
        "Postmark: Text-to-Image Diffusion With a Sense of Place",
        "Leila Marchetti, Sven Aalto, Priya Raman, Oscar Lind",
        "Studio Meridian",
        74,
        "Ask a diffusion model for a street in winter and it paints the same street every time. Postmark conditions "
        "text-to-image generation on a map tile and the season, and learns from 40,000 invented postcards. Judges "
        "found its streets right for their place in 78% of pairs, against 31% without the map.",
    ),
    _invented(
        4,
        "The Sorting Office: Retrieval-Augmented Generation Over a Million Private Notes",
        "Hana Petrov, Luis Andrade",
        "Northern Archive",
        63,
        "Retrieval-augmented generation is usually measured on encyclopaedias. We build a collection of a million "
        "short, contradictory and badly dated notes, and show that a retriever which knows when a note was written "
        "halves the share of answers that were once true. Code and the invented notes are released.",
    ),
    _invented(
        5,
        "Courier: A Vision-Language-Action Policy That Asks Before It Lifts",
        "Noor Haddad, Emil Strand, Grace Okafor",
        "Kite Robotics",
        58,
        "Robots that follow instructions fail silently when the instruction is ambiguous. Courier is a "
        "vision-language-action model for robot manipulation that may answer with a question instead of an action. "
        "It asks in 9% of episodes and drops a third as many parcels.",
    ),
    _invented(
        6,
        "Franking Machines: Cheaper Mixture-of-Experts Inference by Stamping Tokens Once",
        "Victor Amsel, Yuki Tanabe",
        "",
        52,
        "In mixture-of-experts language models, neighbouring tokens are mostly sent to the same experts, yet the "
        "router decides afresh each time. We let it stamp a run of tokens with one decision. Inference is 1.7 times "
        "faster at equal quality, and quantisation to four bits loses nothing on top.",
    ),
    _invented(
        7,
        "Return to Sender: Jailbreaks That Survive Translation",
        "Amara Diallo, Felix Roth, Joana Pires",
        "Commons Safety Lab",
        47,
        "Safety training is done mostly in English. We translate 600 jailbreak prompts into 22 low-resource languages "
        "and back, and find that the round trip restores success against models that refused the original. A small "
        "detector that reads both versions closes the gap.",
    ),
    _invented(
        8,
        "Night Train: Video Generation With Consistent Passengers",
        "Rosa Winter, Kofi Mensah",
        "Studio Meridian",
        39,
        "Characters in generated videos change their faces when they leave the frame. Night Train keeps a ledger of "
        "who has been seen and lets the video diffusion model look faces up. Identity is kept over two minutes of "
        "video generation, four times longer than without.",
    ),
    _invented(
        9,
        "Forwarding Addresses: Agents That Remember Where Tools Moved",
        "Ben Castellan, Mira Sol",
        "",
        33,
        "Tool-using agents break when an interface changes. We benchmark LLM agents on 300 tools whose names and "
        "arguments drift over a simulated year, and show that a one-page memory of past failures recovers most of "
        "the loss without any training.",
    ),
    _invented(
        10,
        "Tide Tables From Whispers: Speech Recognition for Fishing Radio",
        "Aoife Brennan, Mattias Berg",
        "Coastal University",
        21,
        "Automatic speech recognition fails on marine radio: wind, clipped words, five languages in a sentence. We "
        "collect 90 invented hours and show that augmenting with recorded wind matters more than the size of the "
        "speech model.",
    ),
    _invented(
        11,
        "A Small Protein Atlas for Teaching",
        "Wen Zhao, Clara Hoffmann, Idris Bello",
        "Open Bench",
        14,
        "Protein structure prediction is taught with pictures of results. This atlas of 200 invented proteins comes "
        "with every step in between, small enough to be computed on a laptop in a lesson, and with the mistakes that "
        "students make most often.",
    ),
    _invented(
        12,
        "What the Weather Said: Forecast Verification With Graph Neural Networks",
        "Sofia Lund, Arjun Mehta",
        "",
        9,
        "Weather forecasting models are compared station by station. A graph neural network over the stations finds "
        "errors that travel, and attributes half of one model's misses over the sea to a single badly placed buoy.",
    ),
]
