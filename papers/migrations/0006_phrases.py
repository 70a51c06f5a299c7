from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import migrations


class Change(NamedTuple):
    """What becomes of a topic's phrases; they stand between commas."""

    removed: str
    added: str


# What a phrase brought was read in recorded papers that say no other phrase of the topic, and not in their title. Names
# of models, data sets and benchmarks went that are used in passing; so did words of which a stem finds another ("songs"
# found authors called Song), unless as written, in double quotes.
CHANGES = {
    "pretraining": Change(
        """
            next-token prediction objective, foundation model pretraining, language model pretraining,
            pretraining tokens, training tokens
        """,
        """
            "foundation model pretraining", "language model pretraining", "pretraining token", "training token"
        """,
    ),
    "long-context": Change(
        """
            million tokens, rotary position embedding
        """,
        """
            million-token context, "RoPE scaling", RoPE extrapolation
        """,
    ),
    "retrieval-augmented-generation": Change(
        """
            HotpotQA, BrowseComp, grounded generation, agentic search, search agents
        """,
        """
            "grounded generation", "agentic search", "search agent"
        """,
    ),
    "reasoning": Change(
        """
            AIME24, AIME25, self-consistency
        """,
        """
            self-consistency decoding, self-consistency prompting, self-consistency voting
        """,
    ),
    "agents": Change(
        """
            Terminal-Bench, tau-bench, GAIA benchmark
        """,
        "",
    ),
    "multi-agent-systems": Change(
        """
            Atari, video games, gameplay
        """,
        """
            Atari games, playing video games, video game agents
        """,
    ),
    "code-generation": Change(
        """
            code repositories, notebooks
        """,
        """
            Jupyter notebooks, computational notebooks
        """,
    ),
    "vision-language": Change(
        """
            CLIP models, LLaVA, Qwen-VL
        """,
        """
            "CLIP model"
        """,
    ),
    "image-generation": Change(
        """
            SVG, FLUX
        """,
        """
            SVG generation, SVG code
        """,
    ),
    "video-generation": Change(
        """
            multi-shot, HunyuanVideo, VBench
        """,
        """
            multi-shot video, multi-shot generation, multi-shot storytelling
        """,
    ),
    "3d-vision": Change(
        """
            spatial intelligence
        """,
        "",
    ),
    "visual-recognition": Change(
        """
            ViT, DINO, DINOv2, DINOv3
        """,
        """
            "ViTs", ViT architectures, ViT models
        """,
    ),
    "speech-recognition": Change(
        """
            Whisper
        """,
        """
            "Whisper"
        """,
    ),
    "music-and-audio": Change(
        """
            songs, MIDI
        """,
        """
            "songs", "MIDI"
        """,
    ),
    "robotics": Change(
        """
            LIBERO, legged
        """,
        """
            "legged"
        """,
    ),
    "world-models": Change(
        """
            JEPA, playable
        """,
        """
            "JEPA", "playable"
        """,
    ),
    "preference-alignment": Change(
        """
            post-training stage, instruction-following ability
        """,
        "",
    ),
    "diffusion-and-flows": Change(
        """
            VAE, score-based, consistency training
        """,
        """
            "score-based", "consistency training"
        """,
    ),
    "fine-tuning": Change(
        """
            LoRA
        """,
        """
            LoRA fine-tuning, LoRA tuning, LoRA training, LoRA variants, LoRA rank, LoRA modules,
            LoRA parameters, LoRA methods, LoRA merging, LoRA weights, LoRA experts, LoRA-based adaptation,
            mixture of LoRA, "LoRAs"
        """,
    ),
    "time-series-and-tables": Change(
        """
            XGBoost, change point, missing values, feature selection, sensor data, table data, power grid
        """,
        """
            "feature selection", change point detection, missing value imputation, missing data imputation,
            anomaly segmentation, anomaly localization, spatio-temporal forecasting, spatiotemporal forecasting,
            traffic forecasting, power forecasting
        """,
    ),
    "recommender-systems": Change(
        """
            sequential recommendation, generative recommendation, CTR, user interests, online advertising,
            recommendation performance, recommendation accuracy, recommendation quality, user modeling,
            short video platform, implicit feedback, click prediction
        """,
        """
            "user modeling", "online advertising", "user interest", "generative recommendation",
            "sequential recommendation", "recommendation performance", CTR prediction, CTR model,
            "generative recommender", "sequential recommender", "user modelling", "Recommendation",
            "recommender"
        """,
    ),
    "learning-theory": Change(
        """
            Adam, Muon, nonconvex, non-convex, convergence guarantee, implicit bias, training dynamics,
            learning rate schedule, optimization landscape, two-layer networks, stationary point,
            optimization theory
        """,
        """
            "Adam", "Muon", "learning rate schedule", training dynamics of, non-convex optimization,
            nonconvex optimization, nonconvex stochastic, nonconvex minimax, nonconvex functions,
            non-convex functions, convergence analysis, Adam optimizer, implicit bias of,
            "implicit regularization", two-layer neural network, first-order stationary,
            second-order stationary, non-convex landscape, variational inequalities, stochastic approximation,
            first-order methods
        """,
    ),
    "causality": Change(
        """
            structural causal, instrumental variable, randomized controlled trial, confounding variables,
            confounding factors, causal relationships, causal analysis, causal intervention, potential outcomes,
            uplift modeling
        """,
        """
            "structural causal", "instrumental variable", "uplift modeling", potential outcomes framework,
            "uplift model", "Causality", causal disentanglement, causal abstraction
        """,
    ),
    "bayesian-methods": Change(
        """
            uncertainty estimation, calibration error, hierarchical model, Monte Carlo sampling,
            hypothesis testing, naive Bayes
        """,
        """
            "uncertainty estimation", "hypothesis testing", classifier calibration, post-hoc calibration,
            uncertainty calibration
        """,
    ),
    "benchmarks": Change(
        """
            new benchmark, first benchmark, challenging benchmark, large-scale benchmark, evaluation benchmark,
            benchmark suite, benchmark consisting, leaderboard, evaluation suite, automatic evaluation
        """,
        """
            "evaluation benchmark", "automatic evaluation", introduce a new benchmark, present a new benchmark,
            propose a new benchmark, "a challenging benchmark", "a large-scale benchmark",
            "first large-scale benchmark", "an evaluation suite", "a benchmark suite", "the first benchmark",
            "a benchmark consisting", "a benchmark for", "Benchmark Suite", "Evaluation Suite",
            "Challenging Benchmark", "Large-Scale Benchmark", "New Benchmark",
            benchmarking large language models, benchmarking LLMs, benchmarking vision-language,
            agent-as-a-judge, MLLM judges, VLM judges, "Benchmarking"
        """,
    ),
    "training-data": Change(
        """
            synthetic dataset, data filtering, data pipeline, data quality, data engine, annotation quality,
            crowdsourcing, instruction data, model collapse, coreset, active learning, dataset construction,
            data generation pipeline, self-instruct, human annotation, annotation pipeline, annotation cost
        """,
        """
            "data engine", "dataset construction", "active learning", "model collapse", "crowdsourcing",
            "data filtering", "self-instruct", "instruction data", "synthetic dataset generation",
            synthetic dataset for, training data quality, data quality assessment, training data pipeline,
            "Data Quality", instruction tuning data, instruction data selection, instruction data synthesis,
            coreset selection
        """,
    ),
    "quantisation": Change(
        """
            2-bit, 1-bit, INT8, INT4, pruning ratio, model size reduction, low-precision
        """,
        """
            low-precision training, low-precision arithmetic, low-precision formats, low-precision inference,
            low-precision quantization, 1-bit LLM, 1-bit quantization, 1-bit large language models,
            1-bit weights, 2-bit quantization, 2-bit LLM, 2-bit weights, INT8 inference, INT4 quantization,
            4-bit
        """,
    ),
    "efficient-inference": Change(
        """
            LLM serving, inference acceleration, efficient inference, model routing, prompt compression,
            inference optimization, LLM efficiency, visual token compression, disaggregated,
            throughput and latency, adaptive computation, efficient decoding, layer skipping
        """,
        """
            "llm serving", "adaptive computation", "model routing", "inference optimization",
            "inference acceleration", "prompt compression", "visual token compression", "layer skipping",
            "llm efficiency", "Efficient Inference", efficient LLM inference, efficient inference of,
            efficient inference for, PD-disaggregated, disaggregated serving, disaggregated inference,
            disaggregated LLM, prefill-decode disaggregation, token compression
        """,
    ),
    "mixture-of-experts": Change(
        """
            MoE, routed experts, expert specialization, expert selection, conditional computation
        """,
        """
            "MoE", "conditional computation", "expert selection", "routed expert", "expert specialization"
        """,
    ),
    "sequence-architectures": Change(
        """
            Mamba, Mamba2, gated linear, RNN, linear recurrent, subquadratic, sub-quadratic, hybrid attention,
            transformer alternatives, transformer variants, attention alternatives, softmax attention,
            quadratic complexity of attention, recurrent models, recurrent architectures, Hyena, S4
        """,
        """
            "transformer alternative", "linear recurrent", "Hyena", selective state space,
            structured state space, Mamba architecture, Mamba model, Mamba-2, Mamba-3, vision Mamba,
            Mamba-Transformer, hybrid Mamba, Mamba layers, Mamba-based model, Mamba-based network,
            Mamba network, hybrid linear attention, hybrid attention architecture, sub-quadratic attention,
            subquadratic attention, sub-quadratic architecture, subquadratic architecture,
            gated linear attention, gated linear recurrence, gated linear RNN, linear RNN, nonlinear RNN,
            recurrent language model, gated delta, "linear transformer", SSMs
        """,
    ),
    "systems-and-hardware": Change(
        """
            distributed training, CUDA, GPU cluster, Triton, on-device, data center, energy consumption,
            energy efficiency, training infrastructure, AI accelerators, optical computing, edge AI, NPU, NPUs,
            quantum-dot, GPU utilization
        """,
        """
            "on-device", "energy efficiency", "distributed training", "data center", "ai accelerator",
            "optical computing", CUDA kernel, CUDA code, CUDA optimization, Ascend NPU, mobile NPU,
            NPU operator, NPU accelerator, AI energy consumption, inference energy, GPU energy, Triton kernel,
            "NPUs", NPU inference, neural processing unit, "Edge AI", energy consumption of, edge inference,
            "llm accelerator", hardware co-design, near-memory, FPGAs
        """,
    ),
    "interpretability": Change(
        """
            interpretable models, activation steering, feature attribution, saliency map, Grad-CAM,
            data attribution, model interpretability, interpretability methods, probing classifiers,
            probing analysis, probing experiments, layer-wise analysis, SHAP analysis, attribution methods,
            linear probes on, probing tasks, interpretability tools
        """,
        """
            "model interpretability", "interpretable model", "activation steering", "attribution method",
            "interpretability method", "linear probes on", "interpretability tool", "data attribution",
            "probing analysis", "probing classifier", "feature attribution", saliency explanation,
            saliency methods, sparse autoencoder, concept-based explanations, visual explanations,
            textual explanations, "Explainability", "Interpretability"
        """,
    ),
    "sparse-autoencoders": Change(
        """
            SAEs, overcomplete
        """,
        "",
    ),
    "safety": Change(
        """
            prompt injection, refusal, deception, evaluation awareness, safety-critical alignment
        """,
        """
            "refusal", "deception", "prompt injection", "evaluation awareness", deceptive behavior,
            model deception, learning to refuse, models refuse, LLMs refuse, harmful fine-tuning,
            malicious fine-tuning, "sandbagging", sabotage
        """,
    ),
    "hallucination": Change(
        """
            hallucination, factual accuracy, confidence calibration, overconfidence, TruthfulQA,
            truthful answers, truthful responses, faithfulness evaluation, faithfulness metrics,
            answer faithfulness, calibrated confidence, factual grounding, factual question,
            factuality alignment, factual reliability
        """,
        """
            "hallucination", "overconfidence", "truthful answer", "truthful response", "confidence calibration",
            "factual grounding", "factual reliability", "faithfulness evaluation", "factuality alignment",
            "answer faithfulness", "calibrated confidence", models hallucinate, LLMs hallucinate,
            factual question answering, "factuality"
        """,
    ),
    "fairness": Change(
        """
            culturally, AI Act, legal, policymakers, societal impact, unfairness, discrimination against,
            implicit biases of, court, lawyers, social media posts, social media discourse
        """,
        """
            "unfairness", "AI Act", "discrimination against", cultural awareness, culturally aware,
            cultural understanding, cultural competence, cultural benchmark, culturally grounded,
            cultural context, cultural nuances, cultural norms, cultural reasoning, cultural representation,
            cultural differences, cultural evaluation, cultural commonsense, cultural perspectives,
            cultural gap, cultural adaptation, cultural sensitivity, culturally relevant, socio-cultural,
            across cultures, culture-specific, multicultural, "Cultural", "Culture", "Legal", legal domain,
            legal text, legal documents, legal case, legal judgment, legal question, legal LLM, legal AI,
            legal retrieval, legal tasks, legal knowledge, legal NLP, legal advice, legal language,
            legal practice, legal research, court decisions, court cases, court rulings, court judgments,
            supreme court, implicit social bias, implicit bias in language models,
            implicit bias in large language models, implicit bias in LLM, "Fairness", "judicial"
        """,
    ),
    "privacy": Change(
        """
            model inversion, split learning, copyright, pseudonymization, memorization of training,
            model memorization, data memorization
        """,
        """
            "model memorization", "model inversion", "split learning", "pseudonymization",
            copyright infringement, copyright protection, copyright law, copyrighted data, copyrighted books,
            copyright risk, language models memorize, "Federated"
        """,
    ),
    "security": Change(
        """
            backdoor, fuzzing, Byzantine, secure computation, exploit generation, forensic analysis
        """,
        """
            "fuzzing", "secure computation", backdoor attack, backdoor defense, backdoor detection,
            backdoor trigger, backdoor injection, backdoor poisoning, backdoor samples, "backdoors",
            "backdoored", backdoor mitigation, backdoor vulnerability, backdoor threat, Byzantine-tolerant,
            fuzz testing, Byzantine-robust, Byzantine attack, Byzantine fault, Byzantine-resilient,
            Byzantine clients, Byzantine agreement, Byzantine consensus, automatic exploit generation,
            automated exploit generation, presentation attack, anti-spoofing, "attacks on"
        """,
    ),
    "chemistry-and-materials": Change(
        """
            crystalline, DFT, alloy, crystal generation, semiconductors
        """,
        """
            "crystal generation", "alloys", alloy design, high-entropy alloy, crystalline materials,
            crystalline solids, semiconductor materials, molecular structure, molecular optimization
        """,
    ),
    "earth-and-climate": Change(
        """
            precipitation, ERA5, ocean, flood, SAR, change detection, urban planning, urban region,
            extreme weather, severe weather, weather data, carbon emissions
        """,
        """
            "precipitation", synthetic aperture radar, SAR images, SAR imagery, SAR object detection,
            SAR automatic target, optical-SAR, SAR-optical, SAR target, SAR ship, SAR data, PolSAR, InSAR,
            flood mapping, flood detection, flood forecasting, flood prediction, flood risk, flood segmentation,
            flood inundation, "floods", urban flood, flash flood, flood events, flood depth, flood extent,
            flood damage, ocean model, ocean observation, ocean state, ocean forecasting, ocean dynamics,
            ocean temperature, ocean data, ocean simulation, oceanography, "oceanic", sea surface temperature,
            sea ice, "Change Detection", "Urban Planning", remote sensing change detection,
            semantic change detection, building change detection, bitemporal, bi-temporal,
            extreme weather events, severe weather warning, severe weather forecasting, greenhouse gas,
            hyperspectral, geo-localization
        """,
    ),
    "scientific-computing": Change(
        """
            CFD, operator learning, numerical solver, optimal control, ordinary differential equation,
            stochastic differential equations, numerical simulation, numerical analysis, engineering design,
            topology optimization, control theory, AI for science, automated scientific discovery, CAD models
        """,
        """
            "optimal control", "engineering design", "numerical solver", "topology optimization",
            "operator learning", neural ordinary differential equation, neural ODE,
            solving ordinary differential equations, system of ordinary differential equations, neural SDE,
            neural stochastic differential equation, solving stochastic differential equations, CFD simulation,
            CFD solver, CFD surrogate, CFD mesh, parametric CAD, CAD reconstruction, CAD code, PDEs
        """,
    ),
    "physics-and-astronomy": Change(
        """
            astronomical, galaxy, plasma, percolation, diffractive
        """,
        """
            "diffractive", "astronomical", "percolation", "galaxies", galaxy formation, galaxy clusters,
            galaxy morphology, galaxy images, plasma physics, plasma simulation, plasma control,
            plasma turbulence
        """,
    ),
    "quantum": Change(
        """
            quantum mechanics
        """,
        """
            quantum feature, quantum-classical, quantum reservoir, quantum key distribution, quantum learning,
            quantum federated, quantum convolutional
        """,
    ),
    "pure-mathematics": Change(
        """
            derived category, number theory, tilting objects, enumerative, chromatic, Riemannian manifold,
            highest weight, knot, persistent homology, simplicial complex, spectral graph theory
        """,
        """
            "derived category", "highest weight", "tilting object", "derived categories",
            chromatic symmetric function, chromatic polynomial, chromatic number, chromatic quasisymmetric,
            knot theory, knot invariant, knot homology, knots and links, knot diagrams, torus knot,
            enumerative combinatorics, enumerative geometry, analytic number theory, algebraic number theory,
            Yangian, Gan-Gross-Prasad, Verma module, quantum affine
        """,
    ),
    "medical-imaging": Change(
        "",
        """
            skin cancer, cervical cancer, colorectal cancer, chest radiograph, medical visual question,
            medical anomaly, medical vision-language, medical multimodal
        """,
    ),
    "clinical": Change(
        """
            MedQA, biomedical, depression, ICD, public health, epidemiology, hospital, healthcare applications,
            PubMed, MIMIC-IV, MIMIC-III, cancer
        """,
        """
            "epidemiology", "depression", biomedical text, biomedical literature, biomedical NLP,
            biomedical question answering, biomedical language, biomedical LLM, biomedical knowledge,
            biomedical named entity, biomedical entity, biomedical QA, biomedical vision-language,
            biomedical retrieval, biomedical fact-checking, biomedical claim, biomedical information extraction,
            biomedical relation extraction, biomedical reasoning, biomedical abstracts,
            biomedical natural language, cancer patients, cancer diagnosis, cancer care, cancer survival,
            cancer treatment, oncology, "Public Health", epidemiological model, public health surveillance,
            ICD coding, ICD codes, ICD-10, hospital admission, hospital readmission, hospital discharge,
            hospital mortality, "depressive", "Healthcare"
        """,
    ),
    "biology": Change(
        """
            computational biology, organism, systems biology, life sciences
        """,
        """
            "systems biology", drug design, drug-drug interaction, drug repurposing
        """,
    ),
    "neuroscience": Change(
        """
            BCI, cortex, neural decoding, working memory, biologically plausible, cognitive models, human memory
        """,
        """
            "neural decoding", "cognitive model", working memory capacity, working memory tasks,
            human working memory, biologically plausible learning, biologically plausible neural,
            biologically plausible model, prefrontal cortex, auditory cortex, motor cortex, cerebral cortex,
            neocortex, motor imagery, brain alignment, brain disorder
        """,
    ),
    "human-computer-interaction": Change(
        """
            interface design, visually impaired, role-playing, anthropomorphism, end users, blind users,
            human creativity, overreliance, human oversight, qualitative study, user personas, VR headsets,
            user needs
        """,
        """
            "anthropomorphism", "interface design", "visually impaired", "human creativity", "blind users",
            role-playing agents, role-playing language, role-playing LLM, role-playing dialogue,
            role-playing models, overreliance on AI, overreliance on LLM, "a qualitative study",
            anthropomorphic AI, "Human-AI", "Augmented Reality", "Virtual Reality", "User Experience"
        """,
    ),
    "education": Change(
        """
            automated grading, student learning, MOOCs, exam questions, undergraduate, educational resources,
            education level, foreign language
        """,
        """
            "MOOCs", undergraduate students, undergraduate course, undergraduate education,
            undergraduate curriculum, student learning outcomes, short answer grading, automated grading of,
            student engagement, foreign language learning, foreign language education,
            foreign language teaching, "Education", "Educational", "Students"
        """,
    ),
    "finance-and-economics": Change(
        """
            economy, insurance, algorithmic trading, trading strategies, supply chain management
        """,
        """
            "insurance", "algorithmic trading", "trading strategy", "trading strategies", digital economy,
            agent economy, AI economy, political economy, market economy, national economy, platform economy,
            sharing economy, world economy, agentic economy, "Financial", "Finance", monetary policy
        """,
    ),
}


def curated(slug: str, phrases: Sequence[str]) -> list[str]:
    """A topic's phrases after these changes; an operator's own stay, and none comes twice."""
    if slug not in CHANGES:
        return list(phrases)
    removed, added = ([" ".join(one.split()) for one in listed.split(",")] for listed in CHANGES[slug])
    kept = [phrase for phrase in phrases if phrase not in removed]
    return kept + [phrase for phrase in added if phrase and phrase not in kept]


def curate(apps: Any, schema_editor: Any) -> None:
    topics = apps.get_model("papers", "Topic").objects.using(schema_editor.connection.alias)
    for topic in topics.filter(slug__in=CHANGES):
        phrases = curated(topic.slug, topic.phrases)
        if phrases != topic.phrases:
            topics.filter(pk=topic.pk).update(phrases=phrases, scored_at=None)  # The next collecting scores anew.


class Migration(migrations.Migration):
    dependencies = [("papers", "0005_titles")]

    # Backwards nothing is done: which of these phrases an operator had is not known any more.
    operations = [migrations.RunPython(curate, migrations.RunPython.noop)]
