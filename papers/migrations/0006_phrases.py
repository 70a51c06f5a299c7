from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import migrations


class Change(NamedTuple):
    """What becomes of a topic's phrases; they stand between commas."""

    removed: str
    added: str


# What a phrase brought was read in recorded papers that say no other phrase of the topic, and not in their title. Names
# of models, data sets and benchmarks went that are used in passing; so did words of which a stem finds another ("songs"
# found authors called Song), unless as written, in double quotes. What abstracts mostly list ("experiments on
# mathematical reasoning") stays as titles write it: "Mathematical Reasoning".
CHANGES = {
    "pretraining": Change(
        """
            language model pretraining, scaling laws, pretraining data, pre-training data,
            pretraining corpora, pre-training corpora, data mixture, training tokens,
            pretraining tokens, pre-training tokens, next-token prediction objective,
            multi-token prediction, data mixing, foundation model pretraining
        """,
        """
            "foundation model pretraining", "language model pretraining", "pretraining token",
            "Scaling Law", scaling laws for large language models,
            scaling laws of large language models, LLM scaling laws, "Pretraining Data",
            pretraining data selection, pretraining data curation, "Pre-Training Data",
            "Pre-training Data", pre-training data quality, pre-training data mixture, "Data Mixture",
            data mixture weights, "pre-training token", "Multi-Token Prediction", "Data Mixing",
            Chinchilla, "Compute-Optimal"
        """,
    ),
    "long-context": Change(
        """
            longer contexts, context window, rotary position embedding, context engineering,
            memory-augmented, external memory, million tokens, memory retrieval
        """,
        """
            million-token context, RoPE extrapolation, "Context Window", extending the context window,
            "Context Engineering", "Memory-Augmented", memory-augmented agents, memory-augmented LLM,
            "Memory Retrieval", "Memory System", long-term dialogue, long-term conversation
        """,
    ),
    "multilingual": Change(
        """
            Greek, dialectal variation, across languages, language identification
        """,
        """
            Ancient Greek, Modern Greek, Greek language, Greek text, "for Greek", Greek LLM,
            Greek-English, "dialectal variation", "across languages", "Language Identification",
            spoken language identification, language identification systems,
            language identification models, Bangla, Hebrew, Sinhala, Marathi, Tamil, Nepali, Thai,
            Romanian, "Dialect", "Dialectal"
        """,
    ),
    "information-retrieval": Change(
        """
            information retrieval, re-ranking, sentence embedding, vector database, vector search,
            nearest neighbor search, BM25, query rewriting, search engine, image-text retrieval,
            retrieval benchmark, cross-encoder, multimodal embedding, hybrid retrieval,
            query understanding, dense embedding
        """,
        """
            "Information Retrieval", information retrieval systems, information retrieval methods,
            "Re-Ranking", "Re-ranking", "Re-rank", passage re-ranking, retrieval and re-ranking,
            re-ranking models, "Sentence Embedding", "Vector Database", "Vector Search",
            vector search systems, "Nearest Neighbor Search", "Query Rewriting", "Query Rewriter",
            "Search Engine", generative search engine, search engine optimization,
            "Image-Text Retrieval", "Retrieval Benchmark", "Cross-Encoder", cross-encoder rankers,
            "Multimodal Embedding", universal multimodal embedding, "Hybrid Retrieval",
            "Query Understanding", multi-vector retrieval, "Text Embeddings", text embedding benchmark,
            "Query Reformulation"
        """,
    ),
    "retrieval-augmented-generation": Change(
        """
            multi-hop question answering, multi-hop QA, agentic search, search agents, web search,
            open-domain question answering, retrieved documents, knowledge-intensive, BrowseComp,
            HotpotQA, grounded generation
        """,
        """
            "grounded generation", "search agent", "Multi-Hop Question Answering",
            "Multi-hop Question Answering", "Multihop Question Answering", "Multi-Hop QA",
            "Multi-hop QA", "Web Search", web search agents, web search capabilities,
            "Open-Domain Question Answering", "retrieved document", "Knowledge-Intensive",
            "Knowledge-intensive", "Agentic Search", agentic search systems, graph retrieval,
            "Multi-Hop Retrieval", knowledge-based visual question answering, "Evidence Retrieval"
        """,
    ),
    "reasoning": Change(
        """
            CoT, reasoning trajectories, inference-time compute, logical reasoning,
            commonsense reasoning, causal reasoning, abstract reasoning, self-consistency, AIME24,
            AIME25, temporal reasoning
        """,
        """
            "CoT", "reasoning trajectories", "reasoning trajectory", "inference-time compute",
            "Logical Reasoning", "Logic Reasoning", logical reasoning ability,
            logical reasoning capabilities, "Commonsense Reasoning", "Causal Reasoning",
            causal reasoning ability, causal reasoning capabilities, "Abstract Reasoning",
            "Temporal Reasoning", temporal reasoning of LLMs, "Self-Consistency", reasoning LLMs,
            thinking models, "Efficient Reasoning", reasoning in large language models,
            reasoning in LLMs, multi-hop reasoning
        """,
    ),
    "mathematical-reasoning": Change(
        """
            mathematical reasoning, math reasoning, mathematical problem, math problem, theorem proving,
            formal proof, autoformalization, formal mathematics, Coq, competition math, SAT solver,
            satisfiability modulo, mathematical proofs, proof generation, Erdős, mathematical benchmarks
        """,
        """
            "Mathematical Reasoning", mathematical reasoning of LLMs, mathematical reasoning in LLMs,
            mathematical reasoning in large language models, mathematical reasoning ability,
            mathematical reasoning capabilities, mathematical reasoning in language models,
            "Math Reasoning", math reasoning ability, math reasoning capabilities,
            "Mathematical Problem", mathematical problem solving of, "Math Problem",
            math problem solving, solving math problems, "theorem proving", "Formal Proof",
            formal proof generation, formal proof search, "autoformalization", "autoformalisation",
            "formal mathematics", "Coq", "SAT Solver", "Mathematical Proof",
            mathematical proof generation, writing mathematical proofs, Erdős problem,
            Erdős minimum overlap, math proof, mathematics questions
        """,
    ),
    "agents": Change(
        """
            tool-integrated, function calling, MCP, agent training, agent trajectories, agent planning,
            agent evaluation, Terminal-Bench, tau-bench, GAIA benchmark
        """,
        """
            "tool-integrated", "function calling", MCP server, MCP tools, MCP-enabled, MCP-based,
            MCP agents, MCP ecosystem, MCP benchmark, MCP safety, MCP architecture, MCP implementations,
            "agentic training", "Agent Training", "agent trajectories", "agentic trajectories",
            "agentic trajectory", "Agent Planning", "agentic planning", "agent evaluation", "Agentic",
            "agentic reinforcement learning", "agentic rl", multimodal agents
        """,
    ),
    "computer-use-agents": Change(
        """
            GUI, graphical user interface, web navigation, WebArena, web browsing, device control
        """,
        """
            GUI navigation, GUI interaction, GUI control, GUI understanding, GUI environments,
            GUI world model, GUI perception, GUI trajectories, GUI functionality, multimodal GUI,
            "Web Navigation", autonomous web navigation, "Web Browsing", mobile device control,
            "Device Control", GUI testing, GUI benchmark, mobile-use agents, web-use agents,
            "Computer Use"
        """,
    ),
    "multi-agent-systems": Change(
        """
            social simulation, video games, chess, Minecraft, Atari, multi-agent interactions,
            multi-agent planning, game playing, gameplay
        """,
        """
            "Social Simulation", LLM-based social simulation, "Chess", chess engine, chess variant,
            chess puzzle, playing chess, chess games, in Minecraft, for Minecraft, Minecraft agents,
            "Multi-Agent Interaction", "Multi-Agent Planning", "game-playing", "Multi-Agent",
            "Multi-agent", multi-agent workflow, multi-agent pipeline, multi-agent reasoning,
            multi-agent games
        """,
    ),
    "code-generation": Change(
        """
            SWE-bench, bug, unit tests, test generation, code repositories, code reasoning, Verilog,
            LLM compilers, code editing, code quality, formal specification, notebooks
        """,
        """
            "Bug", software bugs, bug reproduction, "Unit Test", unit test generation,
            "test generation", "Code Reasoning", Verilog generation, Verilog code, RTL generation,
            RTL code, Verilog designs, "llm compiler", "Code Editing", "Code Quality",
            "Formal Specification", "Formal specification", formal specification generation,
            LLM-generated code, AI-generated code, Text2SQL, issue resolution, "fuzzing",
            test case generation, software vulnerabilities, "Code Optimization"
        """,
    ),
    "vision-language": Change(
        """
            visual question answering, VQA, image captioning, visual reasoning, visual grounding,
            visual tokens, unified multimodal, multimodal understanding, LLaVA, Qwen-VL, CLIP models,
            vision-centric, multimodal instruction, image understanding, spatial reasoning
        """,
        """
            "CLIP model", "Visual Question Answering", medical visual question answering, medical VQA,
            clinical VQA, multimodal VQA, in VQA, VQA benchmark, knowledge-based VQA, multilingual VQA,
            document VQA, "Image Captioning", image captioning models, image caption evaluation,
            "Visual Reasoning", visual reasoning ability, visual reasoning capabilities,
            "Visual Grounding", 3D visual grounding, visual token pruning, visual token reduction,
            "visual token compression", unified multimodal understanding, unified multimodal generation,
            "Unified Multimodal", "Multimodal Understanding", multimodal instruction tuning,
            multimodal instruction data, "Image Understanding", "Spatial Reasoning",
            spatial reasoning in VLMs, spatial reasoning of VLMs, visual-spatial reasoning,
            "Spatial Intelligence", visual-language model, multimodal language model, vision LLM,
            vision-language pre-training, "Vision-Language Reasoning", visually grounded reasoning,
            "Vision-Language Alignment"
        """,
    ),
    "image-generation": Change(
        """
            Stable Diffusion, FLUX, personalized generation, style transfer, inpainting, ControlNet,
            visual generation, typography, SVG, diffusion-based image, text rendering,
            compositional generation, identity preservation, makeup, multi-subject, controllable image
        """,
        """
            SVG generation, SVG code, "personalized image", "Personalized Generation", "Style Transfer",
            "Inpainting", "Visual Generation", visual generation models,
            autoregressive visual generation, "Typography", "Typographic", "text rendering",
            identity-preserving image, identity-preserving generation, identity-preserving editing,
            identity-preserving personalization, makeup transfer, multi-subject generation,
            multi-subject personalization, multi-subject customization, multi-subject image,
            multi-subject composition, scene text editing, "Visual Editing"
        """,
    ),
    "video-generation": Change(
        """
            text-to-video, image-to-video, generative video, Sora, HunyuanVideo, VBench, motion control,
            controllable video, multi-shot, video tokenizer, audio-driven, first-frame
        """,
        """
            multi-shot video, multi-shot generation, "Text-to-Video", text-to-video task,
            "Image-to-Video", image-to-video models, "generative video", "Generated Video", "Sora",
            motion-controlled video, motion control in video, camera and motion control,
            "Motion Control", "controllable video", "video tokenizer", "video tokenization",
            audio-driven talking, audio-driven portrait, audio-driven video, audio-driven avatar,
            audio-driven human animation, audio-driven character, AI-generated videos,
            video frame interpolation, video outpainting, image animation, video motion transfer
        """,
    ),
    "video-understanding": Change(
        """
            long video, temporal grounding, action segmentation, video summarization
        """,
        """
            "Long-Form Video", "Long-form Video", long video comprehension, long video benchmark,
            hour-long video, thinking with long videos, understanding long videos, "temporal grounding",
            "action segmentation", "video summarization", "video grounding", "video segmentation",
            visual tracking, VideoLLM, "Video Comprehension", video representation learning
        """,
    ),
    "3d-vision": Change(
        """
            mesh generation, spatial intelligence
        """,
        """
            "Mesh Generation", 3D mesh generation, autoregressive mesh generation,
            semantic scene completion, stereo matching, semantic occupancy, 3D human reconstruction,
            multi-view reconstruction, "3D Geometry"
        """,
    ),
    "visual-recognition": Change(
        """
            panoptic, image classification, fine-grained recognition, vision transformer, ViT, YOLO, DINO, DINOv2,
            DINOv3, vision foundation models, salient object, few-shot classification, visual recognition,
            fine-grained classification, object recognition, defect detection
        """,
        """
            "ViTs", ViT architectures, "Image Classification", "Object Recognition", panoptic segmentation,
            salient object detection, few-shot image classification, fine-grained visual classification,
            fine-grained visual recognition, fine-grained image classification, surface defect detection,
            industrial defect detection, "Defect Detection", "YOLO", "Segmentation", "Object Detector",
            "reasoning segmentation", "small target detection", scene graph generation, long-tailed recognition,
            class-agnostic counting, "Visual Recognition", "Fine-Grained Classification", "Few-Shot Classification",
            "Vision Transformers", "Vision Foundation Model", panoptic occupancy, panoptic perception
        """,
    ),
    "image-restoration": Change(
        """
            low-light, HDR, high dynamic range, hyperspectral image, compressed sensing, noise removal,
            learned compression, event camera, image degradation
        """,
        """
            "Low-Light", low-light image, low-light enhancement, HDR image, "High Dynamic Range",
            hyperspectral image reconstruction, hyperspectral image denoising, pansharpening, "Compressed Sensing",
            "Compressive Sensing", "learned compression", event-based video reconstruction, event-to-video,
            "compressive imaging", video coding, CT denoising
        """,
    ),
    "human-motion": Change(
        """
            motion capture, gesture, human video, garment, hair
        """,
        """
            gesture recognition, gesture generation, hand gesture, co-speech gesture, human video generation,
            human-centric video, garment reconstruction, garment simulation, 3D garment, hair strands, "Hair",
            motion retargeting, facial reaction, "Motion Capture", markerless motion capture
        """,
    ),
    "document-understanding": Change(
        """
            visual document, DocVQA, infographic, historical documents, document retrieval, multi-page,
            document processing
        """,
        """
            "visual document", visually rich document, "Infographic", "historical document", multi-page document,
            "Handwritten", "Flowchart"
        """,
    ),
    "speech-recognition": Change(
        """
            Whisper, spoken language, keyword spotting, word error rate, speech models
        """,
        """
            "Whisper", spoken language model, spoken language understanding, "Spoken Language", "Keyword Spotting",
            speech translation, mispronunciation, conversational speech, "Speech Model", self-supervised speech model
        """,
    ),
    "speech-synthesis": Change(
        """
            voice conversion
        """,
        """
            "voice conversion", speech editing, voice anonymization
        """,
    ),
    "music-and-audio": Change(
        """
            music, audio generation, text-to-audio, MIDI, songs, source separation
        """,
        """
            "songs", "MIDI", "Music", "Musical", music generation, text-to-music, music-driven,
            music information retrieval, "Audio Generation", music source separation, audio source separation,
            "Text-to-Audio", audiovisual, audio-video generation, audio editing
        """,
    ),
    "robotics": Change(
        """
            embodied AI, embodied intelligence, humanoid, locomotion, object navigation, imitation learning,
            sim-to-real, LIBERO, drones, UAV, bimanual, legged, action tokens, tactile, robot control, mobile robot,
            robot planning, robotic systems, robotic surgery, human-robot, autonomous robots, soft robots,
            robot perception, robotic platform, robot simulation
        """,
        """
            "legged", "Humanoid", humanoid control, humanoid motion, "Locomotion", "object navigation",
            robot imitation learning, "Sim-to-Real", UAV navigation, UAV control, UAV swarm, drone navigation,
            "Bimanual", bimanual manipulation, "Tactile", tactile sensing, visuo-tactile, autonomous mobile robot,
            "robot planning", "soft robot", "Robot", "Robotic", "Embodied", exoskeleton, "action tokenizer",
            "action tokenization", "Quadrotor"
        """,
    ),
    "autonomous-driving": Change(
        """
            self-driving, autonomous vehicle, Waymo, LiDAR, BEV, trajectory prediction, trajectory forecasting,
            traffic flow, motion forecasting, occupancy prediction
        """,
        """
            "Autonomous Vehicle", LiDAR-camera, LiDAR-based 3D, LiDAR object detection, LiDAR semantic segmentation,
            LiDAR scene, LiDAR perception, BEV perception, BEV segmentation, "Trajectory Prediction",
            vehicle trajectory prediction, pedestrian trajectory prediction, human trajectory prediction,
            "Trajectory Forecasting", "Motion Forecasting", "occupancy prediction", "Driving", automated driving,
            traffic signal control, traffic accident, collaborative perception, cooperative perception,
            driver monitoring, LiDAR segmentation, camera-LiDAR, connected vehicle, "Traffic Flow",
            traffic flow prediction
        """,
    ),
    "world-models": Change(
        """
            world simulator, latent dynamics, Dreamer, JEPA, joint-embedding predictive, generative simulator,
            game engine, generative world, physical reasoning, world generation, physics-based simulation, playable,
            laws of physics, physical realism
        """,
        """
            "JEPA", "world simulator", "World Simulation", latent dynamics model, "Dreamer", "generative simulator",
            "generative simulation", "Game Engine", "generative world", "world generation", "Playable",
            world action model, "Physical Reasoning", "Physical Realism"
        """,
    ),
    "reinforcement-learning": Change(
        """
            Markov decision process, policy learning, reward shaping, credit assignment, value function
        """,
        """
            "markov decision processes", "Policy Learning", offline policy learning, "Reward Shaping",
            "Credit Assignment", "value function approximation", optimal value function, "Imitation Learning",
            "Self-Play", "Policy Optimization"
        """,
    ),
    "preference-alignment": Change(
        """
            human feedback, pairwise preferences, LLM post-training, post-training stage, post-training pipeline,
            instruction-tuning data, visual preference, Bradley-Terry, personalized alignment,
            instruction-following models, instruction-following ability
        """,
        """
            "from human feedback", "Human Feedback", "Pairwise Preference", "LLM Post-Training", "Visual Preference",
            "personalized alignment", "LLM Post-training", human values
        """,
    ),
    "diffusion-and-flows": Change(
        """
            score matching, score-based, consistency models, VAE, generative flow, consistency training
        """,
        """
            "score matching", "consistency model", "generative flow", "Score-Based", score-based generative,
            score-based diffusion, "VAEs", "Diffusion Models", autoregressive diffusion, "drifting model"
        """,
    ),
    "fine-tuning": Change(
        """
            parameter-efficient, LoRA, continual learning, lifelong learning, incremental learning, model editing,
            unlearning, domain adaptation, LoRA adapters, adapter tuning, full fine-tuning, instruction fine-tuning,
            weight interpolation, weight merging
        """,
        """
            LoRA training, LoRA variants, LoRA rank, LoRA modules, LoRA parameters, LoRA methods, LoRA merging,
            LoRA weights, LoRA experts, LoRA-based adaptation, mixture of LoRA, "LoRAs", "Parameter-Efficient",
            parameter-efficient finetuning, parameter-efficient adaptation, parameter-efficient tuning,
            "continual learning", "Lifelong Learning", "Incremental Learning", "model editing", "unlearning",
            "domain adaptation", "adapter tuning", "Instruction Fine-Tuning", "weight interpolation",
            "weight merging", "LoRA Fine-Tuning", concept erasure, prompt learning, "Fine-Tuning of",
            "LLM Fine-Tuning", "Domain-Adaptive", "Adapters", "LoRA Adapter", "Full Fine-Tuning"
        """,
    ),
    "distillation": Change(
        """
            model distillation, distillation objective, score distillation, teacher and student, stronger teacher
        """,
        """
            "model distillation", "distillation objective", "between teacher and student", "Distillation"
        """,
    ),
    "graph-learning": Change(
        """
            graph representation, link prediction, message passing, graph transformer, oversmoothing, dynamic graph,
            attributed graph, social network analysis
        """,
        """
            graph representation learning, "Graph Representation", "link prediction", "graph transformer",
            "Oversmoothing", "Dynamic Graph", dynamic graph representation, "attributed graph",
            "Social Network Analysis", "Message Passing", "message passing neural network"
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
