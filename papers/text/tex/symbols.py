"""What TeX's commands stand for: accents, letters, symbols, and the raised and lowered forms that Unicode has."""


def _pairs(words: str) -> dict[str, str]:
    """A table from its lines of names and what they stand for."""
    parts = words.split()
    return dict(zip(parts[::2], parts[1::2], strict=True))


def names(words: str) -> frozenset[str]:
    return frozenset(words.split())


ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
    "t": "\u0361",
}
UNDER_ACCENTS = {"ı": "i", "ȷ": "j"}  # The accent takes the place of the dot.
LETTERS = _pairs("""
    AA Å AE Æ DH Ð DJ Đ L Ł O Ø OE Œ SS ẞ TH Þ aa å ae æ dh ð dj đ i ı j ȷ l ł o ø oe œ ss ß th þ
""")

# -------------------------------------------------------------------------------------------------------- mathematics

RELATIONS = _pairs(r"""
    approx ≈ approxeq ≊ asymp ≍ bowtie ⋈ cong ≅ dashrightarrow ⇢ dashv ⊣ doteq ≐ downarrow ↓ Downarrow ⇓ equiv ≡ ge ≥
    geq ≥ geqslant ≥ geqq ≥ gg ≫ gtrapprox ⪆ gtrsim ≳ hookleftarrow ↩ hookrightarrow ↪ iff ⇔ implies ⇒ impliedby ⇐ in
    ∈ le ≤ leq ≤ leqslant ≤ leqq ≤ leadsto ⇝ leftarrow ← gets ← Leftarrow ⇐ leftharpoonup ↼ leftrightarrow ↔
    Leftrightarrow ⇔ leftrightarrows ⇆ lessapprox ⪅ lesssim ≲ ll ≪ longleftarrow ⟵ longleftrightarrow ⟷ longmapsto ⟼
    longrightarrow ⟶ Longrightarrow ⟹ Longleftrightarrow ⟺ mapsto ↦ mid | models ⊨ multimap ⊸ ne ≠ neq ≠ nearrow ↗ ni
    ∋ nmid ∤ notin ∉ nleq ≰ ngeq ≱ nsubseteq ⊈ parallel ∥ perp ⊥ prec ≺ preceq ⪯ preccurlyeq ≼ propto ∝ restriction ↾
    rightarrow → Rightarrow ⇒ rightharpoonup ⇀ rightleftharpoons ⇌ rightrightarrows ⇉ rightsquigarrow ⇝ searrow ↘ sim
    ~ simeq ≃ sqsubset ⊏ sqsubseteq ⊑ sqsupseteq ⊒ subset ⊂ subseteq ⊆ subsetneq ⊊ succ ≻ succeq ⪰ succcurlyeq ≽
    supset ⊃ supseteq ⊇ swarrow ↙ to → triangleq ≜ trianglelefteq ⊴ triangleleft ◁ triangleright ▷ twoheadrightarrow ↠
    uparrow ↑ Uparrow ⇑ updownarrow ↕ vDash ⊨ vdash ⊢ Vdash ⊩ nsim ≁ ncong ≇ not\in ∉ coloneqq ≔ coloneq ≔
    vartriangleleft ⊲ lhd ⊲ rhd ⊳ unlhd ⊴ smile ⌣ frown ⌢ between ≬ backsim ∽ thicksim ~ thickapprox ≈ circlearrowleft
    ↺ circlearrowright ↻ lt < gt > ngtr ≯ nless ≮ xrightarrow → xleftarrow ← lessgtr ≶ gtreqless ⋛
""")
BINARIES = _pairs("""
    amalg ⨿ ast ∗ backslash ∖ barwedge ⊼ bmod mod boxplus ⊞ boxtimes ⊠ bullet • cap ∩ Cap ⋒ cdot · circ ∘ cup ∪ Cup ⋓
    dagger † ddagger ‡ diamond ⋄ div ÷ land ∧ lor ∨ ltimes ⋉ mp ∓ odot ⊙ ominus ⊖ oplus ⊕ oslash ⊘ otimes ⊗ pm ±
    rtimes ⋊ setminus ∖ smallsetminus ∖ sqcap ⊓ sqcup ⊔ star ⋆ times × uplus ⊎ vee ∨ veebar ⊻ wedge ∧ wr ≀ colon :
""")
LARGE = _pairs("""
    bigcap ⋂ bigcup ⋃ bigodot ⨀ bigoplus ⨁ bigotimes ⨂ bigsqcup ⨆ biguplus ⨄ bigvee ⋁ bigwedge ⋀ coprod ∐ iiint ∭ iint
    ∬ int ∫ oint ∮ prod ∏ sum ∑
""")
FUNCTIONS: dict[str, str] = {
    name: name
    for name in names("""
    arccos arcsin arctan arg argmax argmin cos cosh cot coth csc deg det diag dim exp gcd hom inf ker lcm lg lim liminf
    limsup ln log max min mod poly polylog rank sec sgn sign sin sinh softmax sup supp tan tanh tr Tr Var Cov Hom Ext
    End Aut Gal Rep Spec Tor GL SL SO SU Sp Pr KL MSE vol Vol id Irr Ind
""")
}
FUNCTIONS |= _pairs("varinjlim lim⟶ injlim lim⟶ varprojlim lim⟵ projlim lim⟵ iid i.i.d.")
OPENING = _pairs("langle ⟨ lbrace { lbrack [ lceil ⌈ lfloor ⌊ lvert | lVert ‖ llbracket ⟦ lgroup ⟮ ulcorner ⌜")
CLOSING = _pairs("rangle ⟩ rbrace } rbrack ] rceil ⌉ rfloor ⌋ rvert | rVert ‖ rrbracket ⟧ rgroup ⟯ urcorner ⌝")
ORDINARY = _pairs(r"""
    alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ varkappa ϰ
    lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ
    chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω Alpha Α Beta
    Β varGamma Γ varDelta Δ varTheta Θ varLambda Λ varPi Π varSigma Σ varPhi Φ varPsi Ψ varOmega Ω eps ε digamma ϝ
    aleph ℵ beth ℶ angle ∠ Bbbk 𝕜 because ∵ bigstar ★ blacksquare ■ bot ⊥ Box □ square □ cdots ⋯ checkmark ✓ clubsuit
    ♣ complement ∁ ddots ⋱ diamondsuit ♢ dots … dotsb ⋯ dotsc … ell ℓ emptyset ∅ eth ð exists ∃ nexists ∄ flat ♭
    forall ∀ hbar ℏ hslash ℏ heartsuit ♡ Im ℑ imath ı infty ∞ intercal ᵀ jmath ȷ ldots … lnot ¬ nabla ∇ natural ♮ neg
    ¬ partial ∂ prime ′ qed ∎ Re ℜ sharp ♯ spadesuit ♠ surd √ therefore ∴ top ⊤ triangle △ varnothing ∅ vdots ⋮ wp ℘
    vert | Vert ‖ copyright © circledR ® degree ° pounds £ yen ¥ euro € dag † ddag ‡ P ¶ S § lozenge ◊ bigcirc ◯
    bigtriangleup △ R ℝ N ℕ Z ℤ Q ℚ C ℂ E 𝔼 F 𝔽 RR ℝ NN ℕ ZZ ℤ QQ ℚ CC ℂ EE 𝔼 FF 𝔽 PP ℙ reals ℝ
""")
SYMBOLS = RELATIONS | BINARIES | LARGE | OPENING | CLOSING | ORDINARY

# What is of a formula's own making, such as \R, is no word of a sentence.
IN_FORMULAS_ONLY = names("R N Z Q C E F RR NN ZZ QQ CC EE FF PP reals")
MARKS = _pairs("""
    acute ' bar = breve u check v ddot " dot . grave ` hat ^ mathring r tilde ~ widehat ^ widetilde ~ widecheck v
""")
OTHER_MARKS = {"vec": "\u20d7", "overline": "\u0305", "overrightarrow": "\u20d7", "dddot": "\u20db"}
MARKS = {name: ACCENTS[accent] for name, accent in MARKS.items()} | OTHER_MARKS | {"bar": "\u0304"}

BLACKBOARD = {
    letter: chr(0x1D538 + place) if letter not in "CHNPQRZ" else "ℂℍℕℙℚℝℤ"["CHNPQRZ".index(letter)]
    for place, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
} | {"1": "𝟙", "k": "𝕜"}

SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδθιϕφχ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᶿᶥᶲᶲᵡ",
        strict=True,
    )
)
SUBSCRIPTS = dict(
    zip("0123456789+-−=()aehijklmnoprstuvxβγρϕφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵩᵪ", strict=True)
)
# What has such a form is found by its plain one.
PLAIN = {
    ord(form): letter for forms in (SUPERSCRIPTS, SUBSCRIPTS) for letter, form in forms.items() if letter.isalnum()
}
PLAIN |= {ord(form): letter for letter, form in BLACKBOARD.items()}
# These stand high by themselves, or have a form of their own.
RAISED = {
    "*": "*",
    "circ": "°",
    "∗": "*",
    "⋆": "⋆",
    "′": "′",
    "′′": "″",
    "°": "°",
    "∘": "°",
    "†": "†",
    "‡": "‡",
    "⊤": "ᵀ",
    "ᵀ": "ᵀ",
}


def dingbat(number: str) -> str:
    """The character that \\ding{number} prints, by the code of the font Zapf Dingbats; the number where it is none."""
    code = int(number) if number.isascii() and number.isdigit() else 0
    if 172 <= code <= 181:
        return chr(0x2460 + code - 172)  # ①
    if 33 <= code <= 126:
        return chr(0x2700 + code - 32)
    return chr(0x2761 + code - 161) if 161 <= code <= 254 else number
